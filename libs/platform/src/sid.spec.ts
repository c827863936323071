import { describe, expect, it } from '@jest/globals';
import { newSid } from './sid.js';

describe('new SIDs', () => {
  it('are unique and sorted by the time of their making', () => {
    const sids = Array.from({ length: 1000 }, () => newSid('KC'));

    expect(new Set(sids).size).toBe(1000);
    expect([...sids].sort()).toEqual(sids);
    expect(sids.every((sid) => /^KC[0-9a-f]{32}$/.test(sid))).toBe(true);
  });
});
