import { expect } from '@jest/globals';
import { startService, testDatabase } from '#testing';
import { fuzz, type Fuzzed } from './fuzz.js';

/** Resident memory of the api process, at any time. It goes up and down between 270 and 420 MiB, after 300,000 requests as after 50,000. */
const MOST_MEMORY = 512 * 2 ** 20;

/** So many requests to a built api process; then it must be as well as before. */
export async function fuzzApi(requests: number): Promise<void> {
  const { url, database } = await testDatabase();
  const service = await startService('api', {
    env: { DATABASE_URL: url, LOG_LEVEL: 'debug', METRICS: 'open' },
  });
  const fuzzed = await fuzz(service, database, requests);
  const inMiB = fuzzed.memory.map((bytes) => Math.round(bytes / 2 ** 20));
  process.stdout.write(`fuzz: all answered as they should be; resident memory in MiB: ${inMiB.join(', ')}\n`);

  expect(Math.max(...fuzzed.memory)).toBeLessThan(MOST_MEMORY);
  expect(unreached(fuzzed)).toEqual([]);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  expect(await service.stop()).toBe(0);
  expectDiscreet(service.logs(), fuzzed);
}

/** All of this is worth nothing for an endpoint that was never reached. */
function unreached({ endpoints, counts }: Fuzzed): string[] {
  return endpoints
    .map(({ method, template, answers, isSigned }) => {
      // Of what only the carrier may ask, the refusal is all that there is to see.
      return `${method} ${template} ${isSigned ? 403 : Math.min(...answers.keys())}`;
    })
    .filter((answer) => !counts.has(answer));
}

/** However it is spelled, all that was sent of phones. */
const PHONES = /1500555\d{4}|500\) 555-\d|14142\d{6}/;

function expectDiscreet(logs: string, { mark }: Fuzzed): void {
  const lines = logs.split('\n').filter((line) => line !== '');
  expect(lines.filter((line) => line.toLowerCase().includes(mark))).toEqual([]);
  expect(lines.filter((line) => PHONES.test(line))).toEqual([]);
  expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
  const levelOf = (line: string) => (JSON.parse(line) as { level: unknown }).level;
  expect(lines.filter((line) => levelOf(line) === 'error')).toEqual([]);
}
