// node scripts/contracts.mjs [directory]: writes docs/events.md, and packs what others install to react to events,
// into dist/contracts or the directory. The package is the compiled libs/contracts and needs nothing but zod.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import './typescript.mjs';

const root = join(import.meta.dirname, '..');
const given = process.argv[2];
const target = resolve(given ?? join(root, 'dist', 'contracts'));
// Not below dist, where a build removes what has no source.
const folder = mkdtempSync(join(tmpdir(), 'maskline-contracts-'));

function run(program, args, cwd = root) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) {
    console.error(stdout, stderr);
    process.exit(1);
  }
  return stdout;
}

const { version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

mkdirSync(target, { recursive: true });
mkdirSync(join(folder, 'schemas'));
const options = ['--ignoreConfig', '--outDir', folder, '--declaration', '--strict', '--skipLibCheck'];
options.push('--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022');
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
run(process.execPath, [compiler, join(root, 'libs', 'contracts', 'src', 'index.ts'), ...options]);

const { events, jobJsonSchema, jsonSchemaOf } = await import('../libs/contracts/src/index.ts');
const write = (file, text) => writeFileSync(join(folder, file), text);
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
for (const type of Object.keys(events)) write(`schemas/${type}.json`, json(jsonSchemaOf(type)));
write('schemas/job.json', json(jobJsonSchema()));
write(
  'package.json',
  json({
    name: '@maskline/contracts',
    version,
    description: 'The events of Maskline: types, zod schemas and JSON Schemas.',
    license,
    type: 'module',
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './schemas/*.json': './schemas/*.json',
    },
    dependencies: { zod: dependencies.zod },
  }),
);

const { describeEvents } = await import('../libs/testing/src/describe-events.ts');
const doc = await describeEvents();
if (given === undefined) writeFileSync(join(root, 'docs', 'events.md'), doc);
write('README.md', doc);
console.log(join(target, run('npm', ['pack', '--pack-destination', target, '--silent'], folder).trim()));
rmSync(folder, { recursive: true });
