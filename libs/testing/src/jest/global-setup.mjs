// Runs once, in jest's own process, before the first spec that needs servers.
import '../../../../scripts/typescript.mjs';

export default async function setUp() {
  const { startHarness } = await import('../harness.ts');
  // Jest hands nothing from here to the teardown and the reporter but the process itself.
  globalThis.masklineHarness = await startHarness();
}
