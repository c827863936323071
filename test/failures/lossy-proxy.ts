import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanUp } from '#testing';

export interface LossyProxy {
  /** The database's URL, by way of the proxy. */
  readonly url: string;
  /** How many answers were lost so far. */
  readonly lost: number;
}

/**
 * Stands between the service and PostgreSQL and, now and then, cuts a connection in the worst moment: PostgreSQL has
 * committed, as its answer shows, and the answer does not come through. `isRequest` tells the requests that count by its bytes.
 */
export async function lossyProxy(
  databaseUrl: string,
  { isRequest, every }: { isRequest: (bytes: Buffer) => boolean; every: number },
): Promise<LossyProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let requests = 0;
  let lost = 0;

  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    let losesAnswer = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (isRequest(bytes)) losesAnswer = ++requests % every === 0;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!losesAnswer) {
        client.write(bytes);
        return;
      }
      lost++;
      client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.searchParams.delete('host'); // the server's socket would win
  // A TCP server's address is an object.
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    get lost() {
      return lost;
    },
  };
}
