import fc from 'fast-check';

/** Bytes that go out on a connection of their own, in these pieces; then the sender says no more, or is gone. */
export interface Hostile {
  /** Made of the bytes of a request that was right. */
  readonly mutate: (request: Buffer) => Buffer;
  readonly pieces: number;
  readonly isAbrupt: boolean;
  /** How many answers must come, where that is certain. */
  readonly answers: number | null;
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** A line more in the head. */
const withHeader = (line: string) => (request: Buffer) =>
  latin1(request.toString('latin1').replace('\r\n', `\r\n${line}\r\n`));

const head = (from: string | RegExp, to: string) => (request: Buffer) =>
  latin1(request.toString('latin1').replace(from, to));

/** Its own body, under a head that frames it otherwise. */
const framedBy = (lines: string, body: string) => (request: Buffer) => {
  const text = request.toString('latin1');
  const kept = text
    .slice(0, text.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => !/^(?:content-length|transfer-encoding)/i.test(line));
  return latin1([...kept, lines].join('\r\n') + `\r\n\r\n${body}`);
};

const broken: ((request: Buffer) => Buffer)[] = [
  head(/HTTP\/1\.1/, 'HTTP/9.9'),
  head(/HTTP\/1\.1/, 'HTTP/1.1 '),
  head(/ HTTP\/1\.1/, ''),
  head(/HTTP\/1\.1/, 'HTTP/1.0'),
  head(/^\w+ /, ''),
  head(/^\w+ /, 'G\u00cbT '),
  head(/^\w+ /, 'CONNECT '),
  head(/^\w+ \S+/, 'CONNECT a.test:443'),
  head(/^\w+ /, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  head(/^/, '\r\n\r\n'),
  head(/^/, ' '),
  head(/\r\n/g, '\n'),
  head(/\r\n/, '\r\r\n'),
  head(/\r\nHost: [^\r]*/, ''),
  head(/\r\nHost: /, '\r\nHost : '),
  head(/\r\nHost: /, '\r\n\tHost: '),
  head(/\r\nHost: /, '\r\nHost: a.test\r\nHost: '),
  head(/^(\w+) /, '$1  '),
  head(/^(\w+ \S+)/, '$1\u0000'),
  head(/^(\w+ \S+)/, '$1 x'),
  head(/^(\w+) \//, '$1 http://other.test/'),
  head(/^(\w+) \//, '$1 '),
  withHeader('X-Nul: a\u0000b'),
  withHeader('X-Bare: a\rb'),
  withHeader(': no name'),
  withHeader('no colon'),
  withHeader('X-Fold: a\r\n b'),
  withHeader('X-\u00e9: a'),
  withHeader('Authorization: Basic eDp4'),
  withHeader(`X-Large: ${'x'.repeat(70_000)}`),
  withHeader(Array.from({ length: 3000 }, (_, i) => `X-${i}: y`).join('\r\n')),
  withHeader('Content-Length: 1'),
  withHeader('Content-Length: -1'),
  withHeader('Content-Length: 1e3'),
  withHeader('Content-Length: 99999999999999999999'),
  withHeader('Content-Length: 5, 5'),
  withHeader('Transfer-Encoding: chunked'),
  withHeader('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
  withHeader('Transfer-Encoding: xchunked'),
  withHeader('Transfer-Encoding: chunked, gzip'),
  withHeader('Transfer-Encoding:\u000bchunked'),
  withHeader('Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings'),
  withHeader('Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a'),
  withHeader('Expect: 100-continue\r\nExpect: tea'),
  framedBy('Transfer-Encoding: chunked', 'zz\r\nTtl=1\r\n0\r\n\r\n'),
  framedBy('Transfer-Encoding: chunked', '5\r\nTtl=1'),
  framedBy('Transfer-Encoding: chunked', '5\r\nTtl=123456\r\n0\r\n\r\n'),
  framedBy('Transfer-Encoding: chunked', 'ffffffffffffffff\r\nTtl=1\r\n'),
  framedBy('Transfer-Encoding: chunked', `5;${'x'.repeat(30_000)}\r\nTtl=1\r\n0\r\n\r\n`),
  framedBy('Transfer-Encoding: chunked', '5\nTtl=1\n0\n\n'),
  framedBy('Transfer-Encoding: chunked', `0\r\nX-Trailer: ${'x'.repeat(30_000)}\r\n\r\n`),
  framedBy('Transfer-Encoding: chunked', '1\r\na\r\n'.repeat(5000)),
  framedBy('Content-Length: 10', 'Ttl=1'),
  framedBy('Content-Length: 2000000', 'Ttl=1&'.repeat(20_000)),
  framedBy('Content-Length: 3\r\nTransfer-Encoding: chunked', '0\r\n\r\nGET /v1/Services HTTP/1.1\r\n\r\n'),
];

/** Nothing of HTTP at all. */
const alien = [
  Buffer.from('16030100a5010000a10303', 'hex'),
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0'),
  Buffer.from('EHLO x\r\n'),
  Buffer.from('\0'.repeat(1000)),
  Buffer.from('\r\n'.repeat(5000)),
  Buffer.from('a'.repeat(100_000)),
];

const mutation: fc.Arbitrary<Hostile['mutate']> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...broken) },
  { weight: 1, arbitrary: fc.constantFrom(...alien).map((bytes) => () => bytes) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => () => Buffer.from(bytes)),
  },
  {
    weight: 3,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((share) => (request: Buffer) => request.subarray(0, Math.floor(request.length * share))),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat(1000), fc.uint8Array({ minLength: 1, maxLength: 4 }))
      .map(([place, bytes]) => (request: Buffer) => {
        const at = place % request.length;
        return Buffer.concat([request.subarray(0, at), bytes, request.subarray(at + bytes.length)]);
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(1000), fc.uint8Array({ minLength: 1, maxLength: 20 }))
      .map(([place, bytes]) => (request: Buffer) => {
        const at = place % request.length;
        return Buffer.concat([request.subarray(0, at), bytes, request.subarray(at)]);
      }),
  },
);

/** Requests that are sent without waiting: all are answered, in their order, though some only with 503. */
const pipelined = fc
  .record({ count: fc.integer({ min: 2, max: 12 }), pieces: fc.integer({ min: 1, max: 4 }) })
  .map(({ count, pieces }): Hostile => ({
    mutate: (request) => Buffer.concat(Array.from({ length: count }, () => request)),
    pieces,
    isAbrupt: false,
    answers: count,
  }));

export const hostileBytes: fc.Arbitrary<Hostile> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record<Hostile>({
      mutate: mutation,
      pieces: fc.integer({ min: 1, max: 3 }),
      isAbrupt: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      answers: fc.constant(null),
    }),
  },
  { weight: 1, arbitrary: pipelined },
);
