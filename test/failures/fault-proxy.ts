import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanUp } from '#testing';

export interface LostAnswers {
  /** Tells the requests that count by their bytes. */
  readonly isRequest: (bytes: Buffer) => boolean;
  /** The answer to each so many-th of them is lost. */
  readonly every: number;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** A way to a server, on which connections can fail in every manner that a network has. */
export class FaultProxy {
  readonly #pairs = new Set<Pair>();
  #losing: LostAnswers | null = null;
  #requests = 0;
  #lost = 0;
  #isHeld = false;
  #tearAfter: (() => number) | null = null;

  private constructor(
    /** The server's URL, by way of the proxy. */
    readonly url: string,
    private readonly target: { readonly host: string; readonly port: number },
  ) {}

  /** The server need not run yet. Ends with the spec file. */
  static async open(serverUrl: string): Promise<FaultProxy> {
    const target = new URL(serverUrl);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(serverUrl);
    url.hostname = '127.0.0.1';
    url.searchParams.delete('host'); // the server's socket would win
    // A TCP server's address is an object.
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new FaultProxy(url.href, { host: target.hostname, port: Number(target.port) });
    server.on('connection', (client) => proxy.#join(client));
    cleanUp(async () => {
      const closed = once(server, 'close');
      server.close();
      proxy.cut();
      await closed;
    });
    return proxy;
  }

  /** How many answers were lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Ends every connection; new ones may come. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  /**
   * From now on connections are cut in the worst moment: the server has done what it was asked, as its answer shows, and the
   * answer does not come through. Null ends this.
   */
  loseAnswers(losing: LostAnswers | null): void {
    this.#losing = losing;
  }

  /** Cuts each connection amid what comes next on it, from either side; `share` of it gets through. */
  tear(share: () => number): void {
    this.#tearAfter = share;
  }

  /** Nothing gets through, and nobody is told. */
  hold(): void {
    this.#isHeld = true;
    for (const { client, upstream } of this.#pairs) for (const socket of [client, upstream]) socket.pause();
  }

  /** Ends `hold` and `tear`: what was held back goes on. */
  release(): void {
    this.#isHeld = false;
    this.#tearAfter = null;
    for (const { client, upstream } of this.#pairs) for (const socket of [client, upstream]) socket.resume();
  }

  #join(client: Socket): void {
    const upstream = connect({ ...this.target, noDelay: true });
    client.setNoDelay(true);
    const pair = { client, upstream };
    this.#pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        // What has come so far is not yet lost: the other end gets it, then the end.
        client.end();
        upstream.end();
      });
    }
    let losesAnswer = false;
    client.on('data', (bytes: Buffer) => {
      if (this.#losing?.isRequest(bytes) === true) losesAnswer = ++this.#requests % this.#losing.every === 0;
      this.#pass(bytes, upstream, client);
    });
    upstream.on('data', (bytes: Buffer) => {
      if (!losesAnswer) {
        this.#pass(bytes, client, upstream);
        return;
      }
      this.#lost++;
      client.destroy();
    });
    if (this.#isHeld) for (const socket of [client, upstream]) socket.pause();
  }

  #pass(bytes: Buffer, to: Socket, from: Socket): void {
    if (this.#tearAfter === null) {
      to.write(bytes);
      return;
    }
    from.destroy();
    to.end(bytes.subarray(0, Math.floor(bytes.length * this.#tearAfter())));
  }
}
