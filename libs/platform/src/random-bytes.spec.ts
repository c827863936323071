import { describe, expect, it } from '@jest/globals';
import { randomBytes } from './random-bytes.js';

describe('randomBytes', () => {
  it('gives as many as were asked for, never the same again, over many pools', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      const bytes = randomBytes(i % 2 === 0 ? 12 : 32);
      expect(bytes).toHaveLength(i % 2 === 0 ? 12 : 32);
      seen.add(bytes.toString('hex'));
    }
    expect(seen.size).toBe(2_000);
  });

  it('hands out bytes that are the caller’s alone', () => {
    const mine = randomBytes(32);
    const before = mine.toString('hex');
    for (let i = 0; i < 1_000; i++) randomBytes(32).fill(0);
    expect(mine.toString('hex')).toBe(before);
  });

  it('gives every value about as often', () => {
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < 4_096; i++)
      for (const byte of randomBytes(64)) counts[byte] = (counts[byte] ?? 0) + 1;
    // 1,024 of each are expected, with a deviation of 32: twelve times that is no chance.
    expect(Math.min(...counts)).toBeGreaterThan(640);
    expect(Math.max(...counts)).toBeLessThan(1_408);
  });

  it.each([4_097, -1, 1.5, Number.NaN])('does not give %d', (count) => {
    expect(() => randomBytes(count)).toThrow(RangeError);
  });
});
