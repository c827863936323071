/** They have no numbers of their own at Twilio and are served by those of the United States. */
const SERVED_BY_US: ReadonlySet<string> = new Set(['AG', 'AI', 'BM', 'BS', 'MS', 'TC', 'VG', 'VI']);
/** Britain and the islands around it, which share the code +44. */
const BRITISH: ReadonlySet<string> = new Set(['GB', 'GG', 'IM', 'JE']);

/** Whether a proxy number of one country serves people of another (contract §13.3); people of no known country have any. */
export function numbersServe(numberCountry: string, identifierCountry: string | null): boolean {
  if (identifierCountry === null || identifierCountry === numberCountry) return true;
  if (SERVED_BY_US.has(identifierCountry)) return numberCountry === 'US';
  return BRITISH.has(identifierCountry) && BRITISH.has(numberCountry);
}
