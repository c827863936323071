import { describe, it } from '@jest/globals';
import { queueBackends } from '#testing';
import { amidACascade, amidExpiries, amidReleases } from './killed-workers.js';

describe.each(queueBackends())('workers that are killed, with queues on %s', (backend) => {
  it('leave nothing behind below a deleted service: another one goes on', async () => {
    await amidACascade(backend);
  });

  it('leave no number of a deleted service at the carrier', async () => {
    await amidReleases(backend);
  });

  it('let each session end once, by whoever is left', async () => {
    await amidExpiries(backend);
  });
});
