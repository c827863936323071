import { beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import { cleanUp, waitFor } from '#testing';

// scripts/build.mjs in a checkout of two files, so that compiling it takes a second.
let checkout: string;

beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'maskline-build-'));
  cleanUp(() => rm(directory, { recursive: true }));
  checkout = directory;
  for (const file of [
    'package.json',
    'nest-cli.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
  ]) {
    await cp(join(packageRoot, file), join(checkout, file));
  }
  await symlink(join(packageRoot, 'node_modules'), join(checkout, 'node_modules'));
  await source('apps/standalone/src/main.ts', `export { word } from '#greeting';`);
  await source('libs/greeting/src/index.ts', `export const word = 'hello';`);
});

describe('the build', () => {
  it('builds what changed, and nothing when nothing did', async () => {
    expect(await build()).toMatchObject({ code: 0, output: expect.stringMatching(/^building/) });
    expect(await built('libs/greeting/src/index.js')).toContain('hello');
    expect(await build()).toEqual({ code: 0, output: '' });

    await source('libs/greeting/src/index.ts', `export const word = 'goodbye';`);
    await build();
    expect(await built('libs/greeting/src/index.js')).toContain('goodbye');
  });

  it('leaves nothing of a deleted source', async () => {
    await source('libs/greeting/src/gone.ts', `export const gone = 1;`);
    await build();
    await rm(join(checkout, 'libs/greeting/src/gone.ts'));
    await build();

    expect(existsSync(join(checkout, 'dist/libs/greeting/src/gone.js'))).toBe(false);
    expect(await built('libs/greeting/src/index.js')).toContain('hello');
  });

  it('fails on a type error, and does not take what it left for a build', async () => {
    await source('libs/greeting/src/index.ts', `export const word: number = 'hello';`);
    expect((await build()).code).toBe(1);
    expect((await build()).code).toBe(1);

    await source('libs/greeting/src/index.ts', `export const word = 'hello';`);
    expect((await build()).code).toBe(0);
  });

  it('begins anew after one that was killed', async () => {
    const { child } = run();
    await waitFor(() => existsSync(join(checkout, 'dist/.building')));
    child.kill('SIGKILL');
    await once(child, 'close');

    expect(await build()).toMatchObject({ code: 0, output: expect.stringMatching(/built/) });
    expect(await built('libs/greeting/src/index.js')).toContain('hello');
  });

  it('is made once when two are asked for at a time', async () => {
    const builds = await Promise.all([build(), build()]);

    expect(builds.map(({ code }) => code)).toEqual([0, 0]);
    expect(builds.filter(({ output }) => output !== '')).toHaveLength(1);
  });

  it('is made from nothing when it is forced', async () => {
    await build();
    await rm(join(checkout, 'dist/libs'), { recursive: true });
    await build('--force');

    expect((await stat(join(checkout, 'dist/libs/greeting/src/index.js'))).isFile()).toBe(true);
  });
});

async function source(path: string, text: string): Promise<void> {
  await mkdir(join(checkout, path, '..'), { recursive: true });
  await writeFile(join(checkout, path), `${text}\n`);
}

function built(path: string): Promise<string> {
  return readFile(join(checkout, 'dist', path), 'utf8');
}

function run(...args: string[]) {
  const child = spawn(process.execPath, [join(checkout, 'scripts/build.mjs'), ...args], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

async function build(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { child, output } = run(...args);
  await once(child, 'close');
  return { code: child.exitCode, output: output() };
}
