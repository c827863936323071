import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { waitFor } from '#testing';
import { Loop } from './loop.js';

Logger.overrideLogger(false);

describe('a loop', () => {
  it('goes on after a failure', async () => {
    let turns = 0;
    const loop = new Loop('spec', 1, () => {
      turns++;
      return turns === 1 ? Promise.reject(new Error('once')) : Promise.resolve();
    });

    loop.start();
    await waitFor(() => turns > 2);
    await loop.stop();

    expect(turns).toBeGreaterThan(2);
  });

  it('waits for the turn under way when it stops, and begins no other', async () => {
    const steps: string[] = [];
    const loop = new Loop('spec', 1, async (signal) => {
      steps.push('begun');
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      steps.push('ended');
    });

    loop.start();
    await loop.stop();

    expect(steps).toEqual(['begun', 'ended']);
  });
});
