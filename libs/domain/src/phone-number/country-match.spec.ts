import { describe, expect, it } from '@jest/globals';
import { numbersServe } from './country-match.js';

describe('numbersServe', () => {
  it.each([
    ['US', 'US'],
    ['DE', 'DE'],
    ['DE', null],
    ['AG', 'AG'],
    ...['AG', 'AI', 'BM', 'BS', 'MS', 'TC', 'VG', 'VI'].map((country) => ['US', country] as const),
    ...['GB', 'GG', 'IM', 'JE'].flatMap((one) =>
      ['GB', 'GG', 'IM', 'JE'].map((other) => [one, other] as const),
    ),
  ] as const)('lets numbers of %s serve people of %s', (number, identifier) => {
    expect(numbersServe(number, identifier)).toBe(true);
  });

  it.each([
    ['US', 'CA'],
    ['CA', 'US'],
    ['US', 'PR'],
    ['US', 'JM'],
    ['US', 'GB'],
    ['AG', 'US'],
    ['AG', 'AI'],
    ['CA', 'BM'],
    ['GB', 'IE'],
    ['DE', 'AT'],
    ['US', ''],
  ] as const)('does not let numbers of %s serve people of %s', (number, identifier) => {
    expect(numbersServe(number, identifier)).toBe(false);
  });
});
