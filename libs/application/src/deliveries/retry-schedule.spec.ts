import { describe, expect, it } from '@jest/globals';
import { GIVE_UP_DAYS, RETRY_DELAYS, retryDelay } from './retry-schedule.js';

const DAY = 86_400_000;

describe('the schedule of a delivery', () => {
  it('begins within seconds and goes on for days, longer each time', () => {
    expect(retryDelay(1, 0.5)).toBe(5_000);
    expect(retryDelay(2, 0.5)).toBe(30_000);
    expect(RETRY_DELAYS).toEqual(RETRY_DELAYS.toSorted((a, b) => a - b));
    const whole = RETRY_DELAYS.reduce((sum, delay) => sum + delay, 0);
    expect(whole).toBeGreaterThan(2 * DAY);
  });

  it('ends before the delivery is given up, also when chance makes every delay long', () => {
    const longest = RETRY_DELAYS.reduce((sum, _, i) => sum + (retryDelay(i + 1, 1) ?? 0), 0);
    expect(longest).toBeLessThan(GIVE_UP_DAYS * DAY * 1.1);
    expect(retryDelay(RETRY_DELAYS.length, 0.5)).not.toBeNull();
    expect(retryDelay(RETRY_DELAYS.length + 1, 0.5)).toBeNull();
  });

  it('spreads what failed together by a tenth', () => {
    expect(retryDelay(3, 0)).toBe(108_000);
    expect(retryDelay(3, 1)).toBe(132_000);
  });
});
