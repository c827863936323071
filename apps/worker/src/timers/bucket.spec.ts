import { describe, expect, it } from '@jest/globals';
import { assert, date, integer, property } from 'fast-check';
import { bucketFor, bucketMilliseconds, timeToEnd } from './bucket.js';

const times = date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('a bucket of timers', () => {
  it('fires after every deadline in it', () => {
    assert(
      property(times, integer({ min: -60_000, max: 3_600_000 }), (now, ahead) => {
        const deadline = new Date(now.getTime() + ahead);
        const bucket = bucketFor(deadline.toISOString(), now.toISOString());
        expect(timeToEnd(bucket, deadline.toISOString())).toBeGreaterThan(0);
      }),
    );
  });

  it('is never one that is about to fire', () => {
    assert(
      property(times, integer({ min: -60_000, max: 3_600_000 }), (now, ahead) => {
        const deadline = new Date(now.getTime() + ahead);
        const bucket = bucketFor(deadline.toISOString(), now.toISOString());
        expect(timeToEnd(bucket, now.toISOString())).toBeGreaterThan(500);
      }),
    );
  });

  it('keeps a deadline that is far enough waiting for less than its own length', () => {
    assert(
      property(times, integer({ min: 500, max: 3_600_000 }), (now, ahead) => {
        const deadline = new Date(now.getTime() + ahead).toISOString();
        expect(timeToEnd(bucketFor(deadline, now.toISOString()), deadline)).toBeLessThanOrEqual(
          bucketMilliseconds,
        );
      }),
    );
  });
});
