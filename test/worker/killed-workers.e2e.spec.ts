import { describe, it } from '@jest/globals';
import { queueBackends } from '#testing';
import { amidACascade, amidExpiries, amidReleases } from './killed-workers.js';

const last = queueBackends().at(-1) ?? 'postgres';

// The long spec has each on every backend.
describe('workers that are killed', () => {
  it('leave nothing behind below a deleted service: another one goes on', async () => {
    await amidACascade('postgres');
  });

  it('leave no number of a deleted service at the carrier', async () => {
    await amidReleases('postgres');
  });

  it('let each session end once, by whoever is left', async () => {
    await amidExpiries(last);
  });
});
