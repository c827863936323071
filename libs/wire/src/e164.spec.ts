import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { E164, readE164 } from './e164.js';

describe('readE164', () => {
  it.each([
    ['+15005550001', '+15005550001'],
    // A `+` that the form turned into a space.
    [' 15005550001', '+15005550001'],
    [' +1 (500) 555-0001 ', '+15005550001'],
    ['+44\u00a020.7946.0958', '+442079460958'],
    ['+6834002', '+6834002'],
    ['+123456789012345', '+123456789012345'],
  ])('reads %j', (text, number) => {
    expect(readE164(text)).toBe(number);
  });

  it.each([
    [''],
    [' '],
    ['+'],
    ['15005550001'],
    ['0015005550001'],
    ['  15005550001'],
    ['+05005550001'],
    ['+123456'],
    ['+1234567890123456'],
    ['+1500555000l'],
    ['+1500555000１'],
    ['++15005550001'],
    ['+15005550001;ext=1'],
    ['tel:+15005550001'],
    ['5-555'],
    [`+${'1'.repeat(100_000)}`],
    [`+${' '.repeat(100_000)}`],
  ])('finds no number in %.30j', (text) => {
    expect(readE164(text)).toBeNull();
  });

  it('reads again what it gave', () => {
    fc.assert(
      fc.property(fc.stringMatching(E164), (number) => {
        expect(readE164(number)).toBe(number);
      }),
    );
  });
});
