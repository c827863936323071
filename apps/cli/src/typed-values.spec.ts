import { describe, expect, it } from '@jest/globals';
import { isNumbered, parseCount, parseTime } from './typed-values.js';

describe('what is typed', () => {
  it('is a time in any zone, and later where that is asked for', () => {
    expect(parseTime('2026-01-02T03:04:05+01:00')).toBe('2026-01-02T02:04:05.000Z');
    expect(parseTime('2026-01-02T03:04:05Z', 1)).toBe('2026-01-02T03:04:05.001Z');
    expect(parseTime('yesterday')).toBeNull();
  });

  it('is a count from one to the most there may be', () => {
    expect(['1', '9999'].map((text) => parseCount('--rate', text, 9999))).toEqual([1, 9999]);
    for (const text of ['0', '-1', '1.5', '01', '10000', '1e3', '']) {
      expect(() => parseCount('--rate', text, 9999)).toThrow(
        `--rate ${text} is no whole number from 1 to 9999`,
      );
    }
  });

  it('is a position or a version where it is nothing but digits', () => {
    expect(['0', '123456789012345'].every(isNumbered)).toBe(true);
    expect(['', '-1', '1.5', '1234567890123456', '2026-01-02'].some(isNumbered)).toBe(false);
  });
});
