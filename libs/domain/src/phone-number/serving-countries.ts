/** They have no numbers of their own at Twilio and are served by those of the United States. */
const SERVED_BY_US: ReadonlySet<string> = new Set(['AG', 'AI', 'BM', 'BS', 'MS', 'TC', 'VG', 'VI']);
/** Britain and the islands around it, which share the code +44. */
const BRITISH = ['GB', 'GG', 'IM', 'JE'];

/** The countries whose proxy numbers serve people of one (contract §13.3); null, any, for people of no known country. */
export function servingCountries(isoCountry: string | null): readonly string[] | null {
  if (isoCountry === null) return null;
  if (SERVED_BY_US.has(isoCountry)) return [isoCountry, 'US'];
  return BRITISH.includes(isoCountry) ? BRITISH : [isoCountry];
}
