export default async function tearDown() {
  await globalThis.masklineHarness?.stop();
}
