import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startService, waitFor } from '#testing';

// What the README shows is what the service does.

const readme = await readFile('README.md', 'utf8');
const service = await startService('standalone');
/** What is done with the phones. */
const phones = /```sh\n(curl [^`]*?simulator[^`]*)```/.exec(readme)?.[1] ?? '';

describe('the example', () => {
  it('does with the SDK what it says', async () => {
    const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', example], {
      env: {
        MASKLINE_URL: service.url,
        MASKLINE_ACCOUNT_SID: service.accountSid,
        MASKLINE_AUTH_TOKEN: service.authToken,
      },
    });
    expect(stdout).toBe('Alice reaches Bob at +12025550198, Bob reaches Alice at +12025550198\n');

    const login = `${service.accountSid}:${service.authToken}`;
    const [text = '', look = ''] = phones.split('\ncurl ').map((line) => line.replace(/^curl /, ''));
    await curl(text, login);
    const shown = await waitFor(async () => {
      const answer = await curl(look, login);
      return answer !== '[]' && answer;
    });
    expect(JSON.parse(shown)).toMatchObject([{ from: '+12025550198', body: 'I am at the corner.' }]);
  });
});

describe('the table of endpoints', () => {
  const description = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

  it('calls done what is served, and nothing else', async () => {
    const answer = await fetch(`${service.url}/docs-json`);
    const { paths } = description.parse(await answer.json());
    const served = Object.entries(paths)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => call(method, path)));

    expect(served.length).toBeGreaterThan(0);
    expect(callsOf('done').sort()).toEqual(served.sort());
  });

  it('names every call of the API', () => {
    // 25 that Twilio publishes and 5 of ShortCodes, which it served until 2025.
    expect([...callsOf('done'), ...callsOf('next')]).toHaveLength(30);
  });
});

/** A curl line of the README, sent to this service. */
async function curl(line: string, login: string): Promise<string> {
  const [, path = ''] = /127\.0\.0\.1:3000(\S+)/.exec(line) ?? [];
  const [, body] = /-d '([^']*)'/.exec(line) ?? [];
  expect(line).toContain('-u AC…:token ');
  const answer = await fetch(`${service.url}${path}`, {
    headers: { authorization: `Basic ${btoa(login)}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body }),
  });
  expect(answer.ok).toBe(true);
  return answer.text();
}

/** The calls of one state, from the rows `| path | list | create | fetch | update | delete |`. */
function callsOf(state: string): string[] {
  const rows = [...readme.matchAll(/^\| `(\/[^`]*)`[^|]*((?:\| *(?:done|next|–) *){5})\|$/gm)];
  return rows.flatMap(([, path = '', cells = '']) => {
    const collection = `/v1/Services${path === '/' ? '' : path}`;
    const one = `${collection}/{}`;
    const calls = [
      call('get', collection),
      call('post', collection),
      call('get', one),
      call('post', one),
      call('delete', one),
    ];
    const states = cells.split('|').map((cell) => cell.trim());
    return calls.filter((_, i) => states[i + 1] === state);
  });
}

function call(method: string, path: string): string {
  return `${method.toUpperCase()} ${path.replaceAll(/\{\w*\}/g, '{}')}`;
}
