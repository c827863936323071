import { describe, expect, it } from '@jest/globals';
import { canonicalSid, isSid, newSid } from './sid.js';

describe('SIDs', () => {
  it('are unique and sorted by the time of their making', () => {
    const sids = Array.from({ length: 1000 }, () => newSid('KC'));

    expect(new Set(sids).size).toBe(1000);
    expect([...sids].sort()).toEqual(sids);
    expect(sids.every((sid) => isSid('KC', sid))).toBe(true);
  });

  it.each(['KC0123456789abcdef0123456789abcdef', 'kc0123456789ABCDEF0123456789abcdef'])(
    'are known in any case: %s',
    (text) => {
      expect(isSid('KC', text)).toBe(true);
      expect(canonicalSid(text)).toBe('KC0123456789abcdef0123456789abcdef');
    },
  );

  it.each([
    '',
    'KC',
    'KS0123456789abcdef0123456789abcdef',
    'KC0123456789abcdef0123456789abcdeg',
    `KC${'0'.repeat(33)}`,
  ])('are not taken for one of another kind, length or alphabet: %s', (text) => {
    expect(isSid('KC', text)).toBe(false);
  });
});
