import { describe, expect, it } from '@jest/globals';
import { readAnySid, readSid } from './sid.js';

describe('readSid', () => {
  it.each([['KS'], ['ks'], ['Ks'], ['kS']])('reads any case and gives the stored spelling: %s', (prefix) => {
    expect(readSid('KS', prefix + 'aB3F'.repeat(8))).toBe(`KS${'ab3f'.repeat(8)}`);
  });

  it.each([
    [''],
    ['KS'],
    [`KC${'0'.repeat(32)}`],
    [`KS${'0'.repeat(31)}`],
    [`KS${'0'.repeat(33)}`],
    [`KS${'g'.repeat(32)}`],
    [`KS${'0'.repeat(31)}\n`],
    // In capitals it is an S.
    [`K\u017f${'0'.repeat(32)}`],
  ])('finds none in %j', (text) => {
    expect(readSid('KS', text)).toBeNull();
  });
});

describe('readAnySid', () => {
  it('reads a SID of any kind', () => {
    expect(readAnySid(`ac${'AB3F'.repeat(8)}`)).toBe(`AC${'ab3f'.repeat(8)}`);
    expect(readAnySid('foo')).toBeNull();
  });
});
