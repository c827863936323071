// One reader as a process of its own: `reader.ts <store> <database url> <subscription> <name of this reader>`. It notes what
// comes, and ends with its stdin.
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { noteEffects } from './effects.js';
import { peers } from './peers/by-name.js';

const [peer = '', url = '', subscription = '', name = ''] = process.argv.slice(2);

// A lost lease is told, and is the subject here.
Logger.overrideLogger(false);
const store = await peers[peer]?.open(url);
const follower = store?.follow(subscription, (events, tx) => noteEffects(name, events, tx));
process.stdout.write('ready\n');
await once(process.stdin.resume(), 'end');
await follower?.stop();
await store?.close();
process.exit(0);
