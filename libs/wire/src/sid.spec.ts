import { describe, expect, it } from '@jest/globals';
import { readSid } from './sid.js';

describe('readSid', () => {
  it('reads either hex case and gives the stored form', () => {
    expect(readSid('KS', `KS${'aB3F'.repeat(8)}`)).toBe(`KS${'ab3f'.repeat(8)}`);
  });

  it.each([
    [''],
    ['KS'],
    [`KC${'0'.repeat(32)}`],
    [`ks${'0'.repeat(32)}`],
    [`KS${'0'.repeat(31)}`],
    [`KS${'0'.repeat(33)}`],
    [`KS${'g'.repeat(32)}`],
    [`KS${'0'.repeat(31)}\n`],
  ])('finds none in %j', (text) => {
    expect(readSid('KS', text)).toBeNull();
  });
});
