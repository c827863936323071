import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanUp } from '#testing';

/** A way to a database that can be shut: to whoever goes through it, the server is gone then. */
export async function databaseGate(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const socketDirectory = target.searchParams.get('host');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = socketDirectory
      ? connect(`${socketDirectory}/.s.PGSQL.${target.port}`)
      : connect(Number(target.port), target.hostname);
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        sockets.delete(end);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    // A server that listens on TCP has an address of this kind.
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const shut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  cleanUp(shut);

  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  url.searchParams.delete('host');
  return { url: url.href, shut, open: () => listen(port) };
}
