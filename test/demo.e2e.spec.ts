import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { startService } from '#testing';

/** As `npm run demo`, whose output goes to no terminal here. */
async function demo(env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['scripts/demo.mjs'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

/** What one of the two phones shows: 0 is the left one. */
const screenOf = (stdout: string, phone: 0 | 1) =>
  [...stdout.matchAll(/^ {2}│(.*?)│ {2}│(.*?)│$/gm)].map((row) => row[phone + 1]).join('\n');

describe('the demo', () => {
  it('shows two people who talk, each of whom sees numbers of the pool alone', async () => {
    const { code, stdout, stderr } = await demo();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [alice, bob] = [screenOf(stdout, 0), screenOf(stdout, 1)];
    expect(alice).toContain('from +120255501');
    expect(alice).toContain('Two minutes! Blue car.');
    expect(bob).toContain('I am at the corner of Main and 4th.');
    expect(alice).not.toContain('+12025550112');
    expect(bob).not.toContain('+12025550111');
    expect(alice).toContain('umbrella');
    expect(bob).not.toContain('umbrella');
    expect(stdout).toMatch(/SessionExpired .*system:expiry/);
    expect(stdout).toMatch(/no difference in \d+ rows of tables\n$/);
    // No terminal, no colours.
    expect(stdout).not.toContain('\u001b');
  });

  it('plays on a Maskline that runs as well, and leaves no service there', async () => {
    const service = await startService('standalone');
    const { url, accountSid, authToken, env } = service;

    const { code, stderr } = await demo({ ...env, MASKLINE_URL: url });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const headers = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };
    const answer = await fetch(`${url}/v1/Services`, { headers });
    expect(await answer.json()).toMatchObject({ services: [] });
  });

  it('fails when something is not as it should be', async () => {
    const { code, stderr } = await demo({
      MASKLINE_URL: 'http://127.0.0.1:1',
      MASKLINE_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
      MASKLINE_AUTH_TOKEN: 'x'.repeat(32),
    });

    expect(code).toBe(1);
    expect(stderr).toContain('The demo failed:');
  });
});
