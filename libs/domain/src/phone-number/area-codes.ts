import type { GeoMatchLevel } from '../service/service.events.js';
import { AREA_CODE_REGIONS } from './area-code-regions.js';

interface Region {
  readonly areaCodes: readonly string[];
  /** By their first area codes. */
  readonly neighbours: readonly string[];
}

const split = (list: string) => list.split(' ').filter((item) => item !== '');
const regions: readonly Region[] = AREA_CODE_REGIONS.map(([areaCodes, neighbours]) => ({
  areaCodes: split(areaCodes),
  neighbours: split(neighbours),
}));
const byFirstCode = new Map(regions.map((region) => [region.areaCodes[0], region]));

/**
 * The area codes that a proxy number may have for somebody with this one, the nearest first; null when any will do. That is
 * so outside the US and Canada, and for codes without a region (toll-free numbers, Twilio's test numbers): Twilio too matches
 * nothing finer than the country there. Twilio says no more of `overlay` than that areas overlap and of `radius` than that
 * they are near; `extended-area-code` is its older word for an area with its overlays.
 */
export function areaCodesFor(level: GeoMatchLevel, areaCode: string | null): readonly string[] | null {
  if (areaCode === null || level === 'country') return null;
  const own = regions.filter((region) => region.areaCodes.includes(areaCode));
  if (own.length === 0) return null;
  const overlays = own.flatMap((region) => region.areaCodes);
  switch (level) {
    case 'area-code':
      return [areaCode];
    case 'extended-area-code':
    case 'overlay':
      return unique([areaCode, ...overlays]);
    case 'radius': {
      const near = own
        .flatMap((region) => region.neighbours)
        .flatMap((first) => byFirstCode.get(first)?.areaCodes ?? []);
      return unique([areaCode, ...overlays, ...near]);
    }
  }
}

function unique(areaCodes: readonly string[]): string[] {
  return [...new Set(areaCodes)];
}
