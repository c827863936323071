import { createServer } from 'node:net';

/** A TCP port on 127.0.0.1 that nobody listens on at this moment; by the time it is used, somebody may. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('a listening socket without an address'));
      });
    });
  });
}
