import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What came is no HTTP, or did not come in time. */
export class WireFault extends Error {}

/** No answer takes longer, whatever else the machine has to do. */
const PATIENCE = 30_000;

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [ -~]*$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t -~]*)$/;

/** A connection on which bytes are sent as they are. Answers are read strictly: no byte too few and none too many. */
export class Connection {
  #received: Buffer = Buffer.alloc(0);
  #isOver = false;
  #wake: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    const over = () => {
      this.#isOver = true;
      this.#wake();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // A reset while we still write says no more than the end does.
    socket.on('error', over);
    socket.on('end', over);
    socket.on('close', over);
  }

  static async open(url: URL): Promise<Connection> {
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return new Connection(socket);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  write(bytes: Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Says that nothing more will be sent. */
  end(): void {
    this.socket.end();
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next answer; null when the connection ended instead. `isHead`: an answer without its body. */
  async read(isHead = false): Promise<RawAnswer | null> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const parsed = parse(this.#received, isHead, this.#isOver);
      if (parsed !== null) {
        this.#received = this.#received.subarray(parsed.length);
        // A hint to send the body, not yet an answer.
        if (parsed.answer.status >= 200) return parsed.answer;
        continue;
      }
      if (this.#isOver) {
        if (this.#received.length === 0) return null;
        throw new WireFault(`cut off: ${JSON.stringify(this.#received.toString('latin1').slice(0, 500))}`);
      }
      await this.#more(deadline);
    }
  }

  /** All that came and was not asked for. */
  get rest(): string {
    return this.#received.toString('latin1');
  }

  #more(deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          reject(new WireFault(`no answer within ${PATIENCE} ms`));
        },
        Math.max(0, deadline - performance.now()),
      );
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Null as long as something is missing. */
function parse(bytes: Buffer, isHead: boolean, isOver: boolean) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new WireFault(`no status line: ${JSON.stringify(first.slice(0, 200))}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = HEADER.exec(line) ?? [];
    if (name === undefined) throw new WireFault(`no header: ${JSON.stringify(line)}`);
    if (headers.has(name.toLowerCase())) throw new WireFault(`a header comes twice: ${line}`);
    headers.set(name.toLowerCase(), value);
  }
  const from = end + 4;
  if (isHead || status < 200 || status === 204 || status === 304) {
    return { answer: { status, headers, body: Buffer.alloc(0) }, length: from };
  }
  if (headers.get('transfer-encoding') === 'chunked') {
    const chunked = readChunks(bytes, from);
    return chunked && { answer: { status, headers, body: chunked.body }, length: chunked.until };
  }
  const length = headers.get('content-length');
  if (length === undefined) {
    if (!isOver) return null;
    return { answer: { status, headers, body: bytes.subarray(from) }, length: bytes.length };
  }
  const until = from + Number(length);
  if (bytes.length < until) return null;
  return { answer: { status, headers, body: bytes.subarray(from, until) }, length: until };
}

function readChunks(bytes: Buffer, from: number): { body: Buffer; until: number } | null {
  const chunks: Buffer[] = [];
  for (let at = from; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return null;
    if (size === 0) return { body: Buffer.concat(chunks), until: next };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
