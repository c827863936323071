import { it } from '@jest/globals';
import { stopTheServer } from './stopped-server.js';

it('keeps nothing waiting and loses nothing while PostgreSQL is silent for 8 seconds', async () => {
  await stopTheServer({ seconds: 8, patience: 2000 });
}, 90_000);
