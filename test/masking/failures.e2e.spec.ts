import { describe, it } from '@jest/globals';
import { queueBackends } from '#testing';
import { killProcesses, loseJobs, stopWorker } from './under-way.js';

const last = queueBackends().at(-1) ?? 'postgres';

// The long spec has each on every backend.
describe('messages under way arrive once each', () => {
  it('whichever process is killed or ended, or comes beside', async () => {
    await killProcesses(last);
  });

  it('though their jobs are lost: the sweep finds them', async () => {
    await loseJobs(last);
  });

  it('though a worker stands still until others have done its jobs', async () => {
    await stopWorker('postgres');
  });
});
