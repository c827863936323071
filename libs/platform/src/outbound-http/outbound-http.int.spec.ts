import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { cleanUp, waitFor, webhookReceiver } from '#testing';
import { readCallTarget } from './call-target.js';
import type { CallbackReach } from './callback-reach.js';
import { OutboundHttp, type OutboundCall } from './outbound-http.js';
import type { Resolve } from './resolve-names.js';
import { selfSigned } from './spec/self-signed.js';

function openHttp(reach: CallbackReach = 'loopback', resolve?: Resolve): OutboundHttp {
  const http = new OutboundHttp(reach, resolve);
  cleanUp(() => http.close());
  return http;
}

const http = openHttp();

/** Names for specs, without a DNS server. */
const named = (...addresses: string[]): Resolve => {
  const answers = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return () => Promise.resolve(answers);
};

function post(url: string, options: Partial<OutboundCall> = {}, by = http) {
  return by.post({
    target: readCallTarget(url),
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    body: 'a=1',
    headers: {},
    reads: 'body',
    ...options,
  });
}

const failed = (reason: string) => ({ kind: 'failed', reason });

/** A server that speaks whatever the spec says, below HTTP. */
async function listen(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onConnection(socket);
    // Whoever reads nothing learns of no end.
    socket.resume();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanUp(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  // A server that listens on an address has one.
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** Milliseconds that something takes, with its result. */
async function timed<Result>(promise: Promise<Result>): Promise<[Result, number]> {
  const start = performance.now();
  return [await promise, performance.now() - start];
}

describe('a call', () => {
  it('is sent as it was given and brings back what was answered', async () => {
    const receiver = await webhookReceiver((response) => {
      response.writeHead(201, { 'content-type': 'text/xml; charset=utf-8' }).end('<Response/>');
    });
    const outcome = await post(`${receiver.url.replace('//', '//us%40er:pass@')}/hook?x=1#rc=0`, {
      headers: { 'x-twilio-signature': 'signature' },
    });
    expect(outcome).toEqual({
      kind: 'answered',
      status: 201,
      contentType: 'text/xml; charset=utf-8',
      body: Buffer.from('<Response/>'),
    });
    expect(receiver.calls).toEqual([
      {
        method: 'POST',
        path: '/hook?x=1',
        body: 'a=1',
        headers: expect.objectContaining({
          host: new URL(receiver.url).host,
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'content-length': '3',
          'user-agent': expect.stringMatching(/^Maskline\/\d+\.\d+\.\d+/),
          authorization: `Basic ${Buffer.from('us@er:pass').toString('base64')}`,
          'x-twilio-signature': 'signature',
        }) as unknown,
      },
    ]);
  });

  it('reaches a server by IPv6', async () => {
    const receiver = await webhookReceiver((response) => response.end('six'), '::1');
    expect(await post(receiver.url)).toMatchObject({ status: 200, body: Buffer.from('six') });
  });

  it('does not follow a redirect', async () => {
    const elsewhere = await webhookReceiver((response) => response.end());
    const receiver = await webhookReceiver((response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
    });
    expect(await post(receiver.url)).toMatchObject({ kind: 'answered', status: 307 });
    expect(elsewhere.calls).toEqual([]);
  });

  it('goes over a connection of earlier calls', async () => {
    const receiver = await webhookReceiver((response) => response.end('ok'));
    for (let i = 0; i < 10; i++) await post(receiver.url, { reads: i % 2 === 0 ? 'body' : 'status' });
    expect(receiver.calls).toHaveLength(10);
    expect(receiver.allConnections).toBeLessThan(5);
  });

  it('is one of many at once, on a bounded number of connections', async () => {
    const receiver = await webhookReceiver((response) => setTimeout(() => response.end(), 20));
    const outcomes = await Promise.all(Array.from({ length: 300 }, () => post(receiver.url)));
    expect(outcomes.map((outcome) => outcome.kind === 'answered' && outcome.status)).toEqual(
      Array.from({ length: 300 }, () => 200),
    );
    expect(receiver.mostConnections).toBe(64);
  });

  it('passes over informational answers', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, body: Buffer.from('ok') });
  });
});

describe('an address that may not be called', () => {
  it.each([
    'http://127.0.0.1',
    'http://[::1]',
    'http://2130706433',
    'http://[::ffff:127.0.0.1]',
    'http://localhost',
  ])('is not called as %s', async (host) => {
    let connections = 0;
    const { port } = await listen(() => connections++);
    expect(await post(`${host}:${port}/`, {}, openHttp('public'))).toEqual(failed('refused-address'));
    expect(connections).toBe(0);
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'http://0.0.0.0/', 'https://[fe80::1]/'])(
    'is not called as %s, however far callbacks reach',
    async (url) => {
      expect(await post(url, {}, openHttp('private'))).toEqual(failed('refused-address'));
    },
  );

  it.each([
    ['127.0.0.1'],
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['::1'],
    ['::ffff:10.0.0.1'],
    ['64:ff9b::a00:1'],
    ['8.8.8.8', '127.0.0.1'],
    ['2606:4700::1111', 'fd00::1'],
  ])('is not called behind a name that stands for %s %s', async (...addresses) => {
    let connections = 0;
    const { port } = await listen(() => connections++);
    const guarded = openHttp('public', named(...addresses));
    expect(await post(`http://app.example.com:${port}/`, {}, guarded)).toEqual(failed('refused-address'));
    expect(await post(`https://app.example.com:${port}/`, {}, guarded)).toEqual(failed('refused-address'));
    expect(connections).toBe(0);
  });

  it('is not called once a name stands for it that stood for another before', async () => {
    const receiver = await webhookReceiver((response) =>
      response.writeHead(200, { connection: 'close' }).end(),
    );
    const answers = ['127.0.0.1', '10.0.0.1'];
    const rebinding = openHttp('loopback', () =>
      Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]),
    );
    const url = `http://app.example.com:${new URL(receiver.url).port}/`;
    expect(await post(url, {}, rebinding)).toMatchObject({ kind: 'answered', status: 200 });
    expect(await post(url, {}, rebinding)).toEqual(failed('refused-address'));
  });

  it('is not tried twice', async () => {
    let lookups = 0;
    const guarded = openHttp('public', () => {
      lookups++;
      return Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
    });
    expect(await post('http://app.example.com/#rc=5&rp=all', {}, guarded)).toEqual(failed('refused-address'));
    expect(lookups).toBe(1);
  });
});

describe('a server that does not answer', () => {
  it('is given up when its name takes too long to resolve', async () => {
    // At last it ends, or its socket would hold up the process.
    const slow = openHttp(
      'loopback',
      () => new Promise((_, reject) => cleanUp(() => reject(new Error('never')))),
    );
    const [outcome, ms] = await timed(post('http://app.example.com/#ct=150&rc=0', {}, slow));
    expect(outcome).toEqual(failed('connect-timeout'));
    expect(ms).toBeLessThan(4_000);
  });

  it('is given up when its TLS handshake takes too long', async () => {
    const { port, sockets } = await listen(() => undefined);
    const [outcome, ms] = await timed(post(`https://127.0.0.1:${port}/#ct=150&rc=0`));
    expect(outcome).toEqual(failed('connect-timeout'));
    expect(ms).toBeLessThan(4_000);
    expect(sockets.size).toBe(1);
  });

  it('is never sent what was given up before it was connected', async () => {
    const seen = { connections: 0, data: 0, ends: 0 };
    let lookUp = (_addresses: { address: string; family: number }[]): void => undefined;
    const late = openHttp('loopback', () => new Promise((resolve) => (lookUp = resolve)));
    const { port } = await listen((socket) => {
      seen.connections++;
      socket.on('data', () => seen.data++).on('close', () => seen.ends++);
    });
    const outcome = await post(`http://app.example.com:${port}/#ct=150&rc=0`, {}, late);
    expect(outcome).toEqual(failed('connect-timeout'));
    lookUp([{ address: '127.0.0.1', family: 4 }]);
    await waitFor(() => seen.ends === 1);
    expect(seen).toEqual({ connections: 1, data: 0, ends: 1 });
  });

  it('is given up when it never begins to answer, and so is its connection', async () => {
    const { port, sockets } = await listen(() => undefined);
    const [outcome, ms] = await timed(post(`http://127.0.0.1:${port}/#rt=150&rc=0`));
    expect(outcome).toEqual(failed('read-timeout'));
    expect(ms).toBeLessThan(4_000);
    await waitFor(() => sockets.size === 0);
  });

  it('is given up when it stops in the middle of its answer', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
    });
    expect(await post(`http://127.0.0.1:${port}/#rt=150`)).toEqual(failed('read-timeout'));
  });

  it('is given up when it drips, never stopping long enough for the read time-out', async () => {
    const { port } = await listen((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
        const drip = setInterval(() => socket.write('.'), 20);
        socket.on('close', () => clearInterval(drip));
      });
    });
    const [outcome, ms] = await timed(post(`http://127.0.0.1:${port}/#rt=200&tt=600`));
    expect(outcome).toEqual(failed('total-timeout'));
    expect(ms).toBeGreaterThanOrEqual(590);
    expect(ms).toBeLessThan(4_000);
  });

  it('is given up within the time of the caller, when the URL asks for more', async () => {
    const { port } = await listen(() => undefined);
    const [outcome, ms] = await timed(post(`http://127.0.0.1:${port}/#tt=15000`, { mostMs: 150 }));
    expect(outcome).toEqual(failed('total-timeout'));
    expect(ms).toBeLessThan(4_000);
  });

  it.each([
    ['closes at once', '', 'connection-lost'],
    [
      'closes in the middle of its answer',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf',
      'connection-lost',
    ],
    ['speaks something else', '220 mail.example.com ESMTP\r\n', 'invalid-answer'],
    ['never ends its headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'invalid-answer'],
  ])('has failed when it %s', async (_name, sent, reason) => {
    const { port } = await listen((socket) => socket.once('data', () => socket.end(sent)));
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual(failed(reason));
  });

  it('has failed when nobody listens', async () => {
    const { port } = await listen(() => undefined);
    expect(await post(`http://127.0.0.2:${port}/`)).toEqual(failed('unreachable'));
  });

  it('has failed when its name is unknown', async () => {
    expect(await post('http://nowhere.invalid/')).toEqual(failed('unknown-host'));
  });

  it('has failed when it does not speak TLS', async () => {
    const receiver = await webhookReceiver((response) => response.end());
    expect(await post(receiver.url.replace('http:', 'https:'))).toEqual(failed('tls'));
  });

  it('has failed when it cannot prove who it is, and is sent nothing', async () => {
    let data = 0;
    const server = createTlsServer(selfSigned, (socket) => socket.on('data', () => data++));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    cleanUp(() => server.close());
    const { port } = server.address() as AddressInfo;
    expect(await post(`https://localhost:${port}/`)).toEqual(failed('tls'));
    expect(data).toBe(0);
  });
});

describe('an answer that is too long', () => {
  const endless = () => {
    const state = { written: 0, isClosed: false };
    const server = listen((socket) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const write = () => {
        while (!socket.destroyed && socket.write(chunk)) state.written += chunk.length;
      };
      socket.on('drain', write).on('close', () => (state.isClosed = true));
      socket.once('data', () => {
        socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 1073741824\r\n\r\n');
        write();
      });
    });
    return server.then(({ port }) => ({ url: `http://127.0.0.1:${port}/`, state }));
  };

  it('is cut off and counts as none', async () => {
    const { url, state } = await endless();
    expect(await post(url)).toEqual(failed('too-large'));
    await waitFor(() => state.isClosed);
    expect(state.written).toBeLessThan(20_000_000);
  });

  it('is cut off and has its status, when only that was asked for', async () => {
    const { url, state } = await endless();
    expect(await post(url, { reads: 'status' })).toMatchObject({ kind: 'answered', status: 403 });
    await waitFor(() => state.isClosed);
    expect(state.written).toBeLessThan(20_000_000);
  });

  it('may have 64 kB', async () => {
    const receiver = await webhookReceiver((response) => response.end('x'.repeat(65_536)));
    expect(await post(receiver.url)).toMatchObject({ kind: 'answered', body: { length: 65_536 } });
  });
});

describe('the status alone', () => {
  it('does not wait for the rest of the answer, which has its own time', async () => {
    const { port, sockets } = await listen((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nhalf'));
    });
    const url = `http://127.0.0.1:${port}/#rt=300`;
    expect(await post(url, { reads: 'status' })).toMatchObject({ kind: 'answered', status: 403 });
    await waitFor(() => sockets.size === 0);
  });
});

describe('another attempt', () => {
  const statuses = async (...list: number[]) =>
    webhookReceiver((response) => response.writeHead(list.shift() ?? 200).end());

  it.each([
    ['#rc=2&rp=5xx', [500, 503], 3, 200],
    ['#rc=1&rp=5xx', [500, 503], 2, 503],
    ['#rc=0&rp=5xx', [500], 1, 500],
    ['#rc=2&rp=4xx', [404, 500], 2, 500],
    ['#rc=5&rp=all', [400, 500, 404], 4, 200],
    ['#rc=2', [500], 1, 500],
    ['', [500], 1, 500],
  ])('is made by %j after %j', async (fragment, answers, attempts, status) => {
    const receiver = await statuses(...answers);
    expect(await post(`${receiver.url}/${fragment}`)).toMatchObject({ kind: 'answered', status });
    expect(receiver.calls).toHaveLength(attempts);
  });

  it('is made once when no connection came about, unless the URL says otherwise', async () => {
    const receiver = await webhookReceiver((response) => response.end('here'));
    const port = new URL(receiver.url).port;
    const moves = () => {
      const answers = ['127.0.0.2', '127.0.0.1'];
      return openHttp('loopback', () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]));
    };
    expect(await post(`http://app.example.com:${port}/`, {}, moves())).toMatchObject({ status: 200 });
    expect(await post(`http://app.example.com:${port}/#rc=0`, {}, moves())).toEqual(failed('unreachable'));
    expect(await post(`http://app.example.com:${port}/#rp=5xx`, {}, moves())).toEqual(failed('unreachable'));
  });

  it('is made after a read time-out when the URL says so', async () => {
    let attempts = 0;
    const receiver = await webhookReceiver((response) => {
      attempts++;
      if (attempts === 2) response.end('late');
    });
    const outcome = await post(`${receiver.url}/#rt=150&rp=rt`);
    expect(outcome).toMatchObject({ status: 200, body: Buffer.from('late') });
  });

  it('is the same request', async () => {
    const receiver = await statuses(500);
    await post(`${receiver.url}/a?b=c#rp=5xx`, { headers: { 'i-twilio-idempotency-token': 'token' } });
    expect(receiver.calls).toHaveLength(2);
    expect(receiver.calls[1]).toEqual(receiver.calls[0]);
  });

  it('does not get more time than all attempts have together', async () => {
    const { port } = await listen(() => undefined);
    const [outcome, ms] = await timed(post(`http://127.0.0.1:${port}/#rt=200&tt=500&rc=5&rp=all`));
    expect(outcome).toEqual(failed('total-timeout'));
    expect(ms).toBeLessThan(4_000);
  });
});

describe('the end of the process', () => {
  it('ends the calls that are under way and refuses new ones', async () => {
    const { port, sockets } = await listen(() => undefined);
    const ending = openHttp();
    const call = post(`http://127.0.0.1:${port}/`, {}, ending);
    await waitFor(() => sockets.size === 1);
    await ending.close();
    expect(await call).toEqual(failed('shutting-down'));
    expect(await post(`http://127.0.0.1:${port}/`, {}, ending)).toEqual(failed('shutting-down'));
  });
});

describe('a call that wants an excerpt', () => {
  it('brings the first of a long answer, and is over then', async () => {
    const receiver = await webhookReceiver((response) => response.writeHead(200).end('x'.repeat(1_000_000)));
    const outcome = await post(receiver.url, { reads: 'excerpt' });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, body: Buffer.alloc(4096, 'x') });
  });

  it('has what came of an answer that never ends, or is cut off', async () => {
    const endless = await webhookReceiver((response) => response.writeHead(503).write('so far'));
    const [outcome, time] = await timed(post(endless.url, { reads: 'excerpt' }));
    expect(outcome).toMatchObject({ kind: 'answered', status: 503, body: Buffer.from('so far') });
    expect(time).toBeLessThan(5_000);
    const cut = await listen((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!');
    });
    expect(await post(`http://127.0.0.1:${cut.port}/`, { reads: 'excerpt' })).toMatchObject({
      kind: 'answered',
      status: 200,
      body: Buffer.from('five!'),
    });
  });

  it('is a failure without a status', async () => {
    const silent = await webhookReceiver((response) => response.destroy());
    expect(await post(silent.url, { reads: 'excerpt' })).toEqual(failed('connection-lost'));
  });
});
