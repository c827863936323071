import { describe, it } from '@jest/globals';
import { queueBackends } from '#testing';
import { killProcesses, loseJobs, stopWorker } from './under-way.js';

describe.each(queueBackends())('messages under way arrive once each, with queues on %s', (backend) => {
  it('whichever process is killed or ended, or comes beside', async () => {
    await killProcesses(backend);
  });

  it('though their jobs are lost: the sweep finds them', async () => {
    await loseJobs(backend);
  });

  it('though a worker stands still until others have done its jobs', async () => {
    await stopWorker(backend);
  });
});
