// One writer as a process of its own: `writer.ts <store> <database url> <name>`. At each line `<count>` it appends so many
// events or a few more, as fast as it can, and answers a line when they are in.
import { createInterface } from 'node:readline';
import { peers } from './peers/by-name.js';

const [peer = '', url = '', name = ''] = process.argv.slice(2);
const loops = 8;
const mostPerAppend = 20;
/** Appends to a stream before the next one begins. */
const lengthOfStreams = 25;

const store = await peers[peer]?.open(url);
const places = Array.from({ length: loops }, (_, loop) => ({ loop, number: 0, appends: 0, version: 0 }));
let left = 0;

async function work(place: (typeof places)[number]): Promise<void> {
  while (left > 0) {
    const count = 1 + Math.floor(Math.random() * mostPerAppend);
    left -= count;
    if (place.appends === lengthOfStreams)
      Object.assign(place, { number: place.number + 1, appends: 0, version: 0 });
    const stream = `load-${name}-${place.loop}-${place.number}`;
    const facts = Array.from({ length: count }, (_, i) => ({ n: place.version + i }));
    await store?.append(stream, facts, place.version === 0 ? 'no stream' : place.version);
    place.appends++;
    place.version += count;
  }
}

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  left = Number(line);
  await Promise.all(places.map(work));
  process.stdout.write('done\n');
}
await store?.close();
process.exit(0);
