import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { openDatabase } from './database.js';

/** A message of PostgreSQL's protocol: a letter, the length without it, and the rest. */
function message(letter: string, rest: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(rest.length + 4);
  return Buffer.concat([Buffer.from(letter), length, rest]);
}

const authenticated = message('R', Buffer.alloc(4));
const ready = message('Z', Buffer.from('I'));
const terminated = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

// What an administrator ends, or a server that stops, may come together with the last word of the handshake when this process was
// busy meanwhile.
it('gives a connection that ends as soon as it is open to its caller, and goes on', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([authenticated, ready, terminated])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const database = openDatabase({ DATABASE_URL: `postgres://maskline@127.0.0.1:${port}/maskline` }, 'spec');

  const client = await database.openClient();
  await expect(client.query('select 1')).rejects.toThrow();
  await expect(database.reads.query('select 1')).rejects.toThrow();

  await database.close();
  server.close();
});
