import { describe, it } from '@jest/globals';
import { queueBackends } from '#testing';
import { expireTogether } from './spec/expiring.js';

describe.each(queueBackends())('timers, with queues on %s', (backend) => {
  it('end ten thousand sessions that fall due together, each once', async () => {
    await expireTogether(backend, 10_000, 25);
  });
});
