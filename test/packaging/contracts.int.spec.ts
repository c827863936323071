import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '#platform';
import { cleanUp } from '#testing';

// What a customer writes who reacts to events: with the packed package and zod, and nothing else of ours or of Node's.
const consumer = `
import { eventJob, events, isEventType, jsonSchemaOf, type EventData } from '@maskline/contracts';

declare const console: { log(line: string): void };

function why(data: EventData<'SessionExpired'>): 'ttl-expired' | 'date-expiry' {
  return data.reason;
}

const job = eventJob.parse({
  eventId: '01890000-0000-7000-8000-000000000001',
  type: 'SessionExpired',
  streamId: 'KC1',
  version: 2,
  partition: 0,
  position: 7,
  occurredAt: '2026-01-02T03:04:05.006Z',
  replayId: null,
});
if (!isEventType(job.type)) throw new Error('no such type');
const data = events.SessionExpired.parse({ reason: 'ttl-expired', at: '2026-01-02T03:04:05.006Z' });
console.log([job.type, why(data), typeof jsonSchemaOf(job.type)].join(' '));
`;

let project: string;
let installed: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'maskline-contracts-'));
  cleanUp(() => {
    rmSync(project, { recursive: true });
  });
  const tarball = run(process.execPath, [join(packageRoot, 'scripts', 'contracts.mjs'), project]).trim();
  installed = join(project, 'node_modules', '@maskline', 'contracts');
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1']);
  symlinkSync(join(packageRoot, 'node_modules', 'zod'), join(project, 'node_modules', 'zod'));
});

describe('the package of contracts', () => {
  it('needs zod and nothing else, of ours least of all', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => /\.(?:js|d\.ts)$/.test(file));
    const imported = sources.flatMap((file) =>
      Array.from(
        readFileSync(join(installed, file), 'utf8').matchAll(/from '([^.'][^']*)'/g),
        ([, name]) => name,
      ),
    );
    expect(sources.length).toBeGreaterThan(10);
    expect(new Set(imported)).toEqual(new Set(['zod']));
    const manifest: unknown = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ dependencies: { zod: expect.any(String) } });
    expect(files).toContain(join('schemas', 'SessionCreated.json'));
  });

  it('compiles and runs in a program that has no types of Node', () => {
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(project, 'consumer.ts'), consumer);
    const compiler = join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = [
      '--ignoreConfig',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--lib',
      'es2022',
    ];
    run(process.execPath, [compiler, 'consumer.ts', ...options, '--skipLibCheck'], project);

    expect(run(process.execPath, ['consumer.js'], project)).toBe('SessionExpired ttl-expired object\n');
  });
});

function run(program: string, args: readonly string[], cwd = packageRoot): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
