import parsePhoneNumber from 'libphonenumber-js/max';

/** The country that a number belongs to, or the first one that it may belong to; null for numbers of the world at large. */
export function countryOf(phoneNumber: string): string | null {
  const parsed = parsePhoneNumber(phoneNumber);
  return parsed?.country ?? parsed?.getPossibleCountries()[0] ?? null;
}
