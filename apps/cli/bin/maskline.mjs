#!/usr/bin/env node
// In a checkout this builds what changed before it runs it; in an image there is only what was built.
import { existsSync } from 'node:fs';

const builder = new URL('../../../scripts/build.mjs', import.meta.url);
if (existsSync(builder)) {
  const { build } = await import(builder.href);
  await build();
}
await import('../../../dist/apps/cli/src/main.js');
