import { describe, expect, it } from '@jest/globals';
import { AREA_CODE_REGIONS } from './area-code-regions.js';
import { areaCodesByLevel } from './area-codes.js';

const regions = AREA_CODE_REGIONS.map(([areaCodes, neighbours]) => ({
  areaCodes: areaCodes.split(' '),
  neighbours: neighbours.split(' ').filter((code) => code !== ''),
}));
const everyCode = [...new Set(regions.flatMap(({ areaCodes }) => areaCodes))];
const first = new Map(regions.map((region) => [region.areaCodes[0], region]));

describe('the table of area codes', () => {
  it('holds area codes, each once in its region', () => {
    for (const { areaCodes, neighbours } of regions) {
      for (const code of [...areaCodes, ...neighbours]) expect(code).toMatch(/^[2-9]\d\d$/);
      expect(new Set(areaCodes).size).toBe(areaCodes.length);
      expect(new Set(neighbours).size).toBe(neighbours.length);
    }
    expect(first.size).toBe(regions.length);
  });

  it('has every code in one region, but for the overlays of several', () => {
    const counts = everyCode.map((code) => [
      code,
      regions.filter(({ areaCodes }) => areaCodes.includes(code)).length,
    ]);
    expect(Object.fromEntries(counts.filter(([, count]) => count !== 1))).toEqual({
      // Orlando and its coast, Atlanta and its suburbs, Chicago, New York, Pittsburgh, around Seattle, British
      // Columbia, Alberta.
      '236': 2,
      '257': 2,
      '321': 2,
      '368': 2,
      '470': 2,
      '564': 4,
      '587': 2,
      '672': 2,
      '678': 2,
      '778': 2,
      '825': 2,
      '872': 2,
      '878': 2,
      '917': 2,
      '943': 2,
    });
  });

  it('has borders with two sides, and none within a region', () => {
    for (const { areaCodes, neighbours } of regions) {
      for (const neighbour of neighbours) {
        expect([neighbour, first.get(neighbour)?.neighbours]).toEqual([
          neighbour,
          expect.arrayContaining(areaCodes.slice(0, 1)),
        ]);
        expect(neighbour).not.toBe(areaCodes[0]);
      }
    }
  });

  it('leaves nobody without neighbours but Hawaii', () => {
    const alone = regions.filter(({ neighbours }) => neighbours.length === 0);
    expect(alone.map(({ areaCodes }) => areaCodes)).toEqual([['808']]);
  });

  it('is one continent: from anywhere one comes everywhere else', () => {
    const reached = new Set(['212']);
    for (const code of reached) for (const next of first.get(code)?.neighbours ?? []) reached.add(next);
    expect(reached.size).toBe(regions.length - 1);
  });
});

describe('areaCodesByLevel', () => {
  it.each([
    ['country', '212'],
    ['area-code', null],
    // Toll-free, a test number, Puerto Rico, Antigua.
    ['area-code', '800'],
    ['overlay', '500'],
    ['radius', '787'],
    ['radius', '268'],
  ] as const)('by %s, anything will do for %s', (level, areaCode) => {
    expect(areaCodesByLevel(areaCode)[level]).toBeUndefined();
  });

  it.each([
    ['415', ['628']],
    ['213', ['323', '738']],
    ['602', ['480', '623']],
    ['646', ['212', '332', '917']],
    ['917', ['212', '332', '347', '465', '646', '718', '929']],
    ['206', ['564']],
    ['564', ['206', '253', '360', '425']],
    ['321', ['407', '689']],
    ['416', ['437', '647', '942']],
    ['367', ['273', '418', '581']],
    ['604', ['236', '257', '672', '778']],
    ['907', []],
  ])('by overlay, %s has itself and %j', (areaCode, others) => {
    for (const level of ['extended-area-code', 'overlay'] as const) {
      const codes = areaCodesByLevel(areaCode)[level] ?? [];
      expect(codes[0]).toBe(areaCode);
      expect(codes.slice(1).sort()).toEqual(others);
    }
  });

  it.each([
    ['415', ['510', '341', '650', '707', '369'], ['213', '916']],
    ['212', ['201', '551', '718', '347'], ['516', '716']],
    ['312', ['872', '773'], ['217']],
    ['313', ['519', '734', '248'], ['216', '416']],
    ['702', ['725', '928', '760', '775'], ['602']],
    ['808', ['808'], ['907', '213']],
    ['867', ['907', '250', '204'], ['418']],
  ])('by radius, %s has %j, but not %j', (areaCode, near, far) => {
    const codes = areaCodesByLevel(areaCode).radius;
    expect(codes).toEqual(expect.arrayContaining([areaCode, ...near]));
    expect(codes).not.toEqual(expect.arrayContaining([expect.stringMatching(`^(?:${far.join('|')})$`)]));
  });

  it.each([
    ['area-code', 'area-code'],
    ['extended-area-code', 'area-code'],
    ['overlay', 'area-code'],
    ['radius', 'overlay'],
  ] as const)('by %s, is mutual, has no code twice, and has all that %s has', (level, finer) => {
    for (const areaCode of everyCode) {
      const codes = areaCodesByLevel(areaCode)[level] ?? [];
      expect(new Set(codes).size).toBe(codes.length);
      for (const other of codes) expect(areaCodesByLevel(other)[level]).toContain(areaCode);
      expect(codes).toEqual(expect.arrayContaining([areaCode, ...(areaCodesByLevel(areaCode)[finer] ?? [])]));
    }
  });
});
