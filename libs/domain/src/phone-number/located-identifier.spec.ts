import { describe, expect, it } from '@jest/globals';
import { areaCodeOf } from './located-identifier.js';

describe('areaCodeOf', () => {
  it.each([
    ['+14155552671', '415'],
    ['+18005550100', '800'],
    ['+1415555267', null],
    ['+141555526711', null],
    ['+442079460958', null],
    ['messenger:+14155552671', null],
    ['12345', null],
  ])('finds in %s: %s', (number, areaCode) => {
    expect(areaCodeOf(number)).toBe(areaCode);
  });
});
