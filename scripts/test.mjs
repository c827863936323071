// node scripts/test.mjs <unit|int|e2e|long|conformance>… [jest options]: runs the specs of these kinds.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const known = ['unit', 'int', 'e2e', 'long', 'conformance'];
const kinds = process.argv.slice(2).filter((arg) => known.includes(arg));
const options = process.argv.slice(2).filter((arg) => !kinds.includes(arg));

// These start the service as its users do, from dist.
if (kinds.includes('e2e') || kinds.includes('long')) await build();

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(
  process.execPath,
  [...flags, jest, '--selectProjects', ...kinds, '--passWithNoTests', ...options],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
