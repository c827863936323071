import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { call, cleanUp, startService, testDatabase, waitFor, type Service } from '#testing';

// Clients that keep a connection busy by sending next to nothing ("slow loris"), against the limits of http-adapter.ts: a head
// must be there after 15 s, a request after 30 s, looked at every 5 s.

const HEAD_MS = 20_000;
const REQUEST_MS = 35_000;
const SLACK_MS = 3_000;

let service: Service;

beforeAll(async () => {
  const { url } = await testDatabase();
  service = await startService('api', { env: { DATABASE_URL: url } });
});

interface Slow {
  readonly socket: Socket;
  /** Milliseconds after which the service closed; null while it did not. */
  closedAfter: number | null;
  received: string;
}

/** Sends `start` at once, then a byte a second of whatever is asked of it, until it is cut off. */
async function slowClient(start: string, endless: string): Promise<Slow> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  cleanUp(() => socket.destroy());
  await once(socket, 'connect');
  const began = performance.now();
  const slow: Slow = { socket, closedAfter: null, received: '' };
  const drip = setInterval(() => socket.write(endless), 1000);
  const closed = () => {
    clearInterval(drip);
    slow.closedAfter ??= performance.now() - began;
  };
  socket.on('data', (chunk: Buffer) => (slow.received += chunk.toString()));
  socket.on('error', closed).on('end', closed).on('close', closed);
  socket.write(start);
  return slow;
}

const authorization = () => `Basic ${btoa(`${service.accountSid}:${service.authToken}`)}`;
const head = (length: number) =>
  `POST /v1/Services HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization()}\r\n` +
  `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n\r\n`;

/** How long others wait for their answers, in milliseconds, the longest first. */
async function waits(times: number): Promise<number[]> {
  const login = { username: service.accountSid, password: service.authToken };
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    const { status } = await call(service.url, 'GET', '/v1/Services', { login });
    expect(status).toBe(200);
    found.push(performance.now() - began);
  }
  return found.sort((a, b) => b - a);
}

const median = (sorted: number[]) => sorted[sorted.length >> 1] ?? Number.NaN;

const kinds: Readonly<Record<string, readonly [start: () => string, endless: string, limit: number]>> = {
  'of a request line': [() => 'GET /', 'x', HEAD_MS],
  'of a header': [() => 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'x', HEAD_MS],
  'of one header after another': [() => 'GET / HTTP/1.1\r\nHost: x\r\n', 'X: y\r\n', HEAD_MS],
  'of a body': [() => head(1000), 'a', REQUEST_MS],
  'of a body in pieces': [
    () => head(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'),
    '1\r\na\r\n',
    REQUEST_MS,
  ],
};

describe('clients that send a byte a second', () => {
  // All at the same time: each of them takes as long as its limit.
  it('are cut off and told why, and five hundred of them keep nobody waiting', async () => {
    const alone = median(await waits(100));
    const some = await Promise.all(
      Object.entries(kinds).map(async ([what, [start, endless, limit]]) => ({
        what,
        limit,
        slow: await slowClient(start(), endless),
      })),
    );
    const silent = await slowClient('', '');
    const stranger = await slowClient(head(1000).replace(authorization(), 'Basic eDp5'), 'a');
    const crowd = await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        i % 2 === 0 ? slowClient('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'x') : slowClient(head(1000), 'a'),
      ),
    );

    const [longest = Number.NaN, ...others] = await waits(200);
    expect(crowd.filter(({ closedAfter }) => closedAfter !== null)).toHaveLength(0);
    expect(longest).toBeLessThan(1_000);
    // No difference was measured. The bound leaves room for a machine that does other things as well.
    expect(median(others)).toBeLessThan(5 * alone + 20);
    // Whose body is not wanted hears so before it is there.
    expect(stranger.received).toMatch(/^HTTP\/1\.1 401 /);

    const everyone = [silent, stranger, ...crowd, ...some.map(({ slow }) => slow)];
    await waitFor(() => everyone.every(({ closedAfter }) => closedAfter !== null), {
      within: REQUEST_MS + SLACK_MS,
      every: 100,
    });
    for (const { what, limit, slow } of some) {
      const { closedAfter, received } = slow;
      expect({ what, inTime: closedAfter !== null && closedAfter < limit + SLACK_MS, received }).toEqual({
        what,
        inTime: true,
        received: expect.stringMatching(/^HTTP\/1\.1 408 /),
      });
      expect(closedAfter).toBeGreaterThan(10_000);
    }
    expect(silent.closedAfter).toBeLessThan(HEAD_MS + SLACK_MS);
    expect((await waits(5))[0]).toBeLessThan(1_000);
  }, 120_000);
});
