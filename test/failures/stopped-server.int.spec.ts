import { it } from '@jest/globals';
import { stopTheServer } from './stopped-server.js';

it('keeps nothing waiting and loses nothing while PostgreSQL is silent for seconds', async () => {
  await stopTheServer({ spells: 3, patience: 2000 });
});
