import { describe, expect, it } from '@jest/globals';
import { isoTime } from './iso-time.js';

describe('isoTime', () => {
  it.each([
    ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.1+00:00', '2026-01-02T03:04:05.100Z'],
    ['2026-01-02T03:04:05.12+00:00', '2026-01-02T03:04:05.120Z'],
    ['2026-01-02T05:04:05.123+02:00', '2026-01-02T03:04:05.123Z'],
    ['2026-01-02T03:04:05.123Z', '2026-01-02T03:04:05.123Z'],
  ])('reads %s', (given, expected) => {
    expect(isoTime(given)).toBe(expected);
  });
});
