import { describe, expect, it } from '@jest/globals';
import { servingCountries } from './serving-countries.js';

describe('servingCountries', () => {
  it('are their own', () => {
    expect(servingCountries('US')).toEqual(['US']);
    expect(servingCountries('DE')).toEqual(['DE']);
    expect(servingCountries('CA')).toEqual(['CA']);
    expect(servingCountries('PR')).toEqual(['PR']);
    expect(servingCountries('IE')).toEqual(['IE']);
  });

  it.each(['AG', 'AI', 'BM', 'BS', 'MS', 'TC', 'VG', 'VI'])('are those of the US for %s', (country) => {
    expect(servingCountries(country)).toEqual([country, 'US']);
  });

  it.each(['GB', 'GG', 'IM', 'JE'])('are all of +44 for %s', (country) => {
    expect(servingCountries(country)).toEqual(['GB', 'GG', 'IM', 'JE']);
  });

  it('are any for people of no known country', () => {
    expect(servingCountries(null)).toBeNull();
  });
});
