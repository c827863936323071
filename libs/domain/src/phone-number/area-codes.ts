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

/** A level that is missing is one by which any area code will do. */
export type AreaCodesByLevel = Readonly<Partial<Record<GeoMatchLevel, readonly string[]>>>;

const anywhere: AreaCodesByLevel = {};
/** Reckoned when first asked for; there are no more than a thousand codes. */
const reckoned = new Map<string, AreaCodesByLevel>();

/**
 * The area codes that a proxy number may have for somebody with this one, the nearest first. Any will do outside the US and
 * Canada, and for codes without a region (toll-free numbers, Twilio's test numbers): Twilio too matches nothing finer than the
 * country there. Twilio says no more of `overlay` than that areas overlap and of `radius` than that they are near;
 * `extended-area-code` is its older word for an area with its overlays.
 */
export function areaCodesByLevel(areaCode: string | null): AreaCodesByLevel {
  if (areaCode === null) return anywhere;
  const known = reckoned.get(areaCode);
  if (known !== undefined) return known;
  const byLevel = reckon(areaCode);
  reckoned.set(areaCode, byLevel);
  return byLevel;
}

function reckon(areaCode: string): AreaCodesByLevel {
  const own = regions.filter((region) => region.areaCodes.includes(areaCode));
  if (own.length === 0) return anywhere;
  const overlay = unique([areaCode, ...own.flatMap((region) => region.areaCodes)]);
  const near = own
    .flatMap((region) => region.neighbours)
    .flatMap((first) => byFirstCode.get(first)?.areaCodes ?? []);
  return {
    'area-code': [areaCode],
    'extended-area-code': overlay,
    overlay,
    radius: unique([...overlay, ...near]),
  };
}

function unique(areaCodes: readonly string[]): string[] {
  return [...new Set(areaCodes)];
}
