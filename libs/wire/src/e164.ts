/** The shape of a phone number as it is stored; the shortest there are have seven digits. */
export const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * A phone number with its country code, without whatever people put between the digits, or null. A `+` that was not
 * percent-encoded in the form arrives as a space (contract §9.3).
 */
export function readE164(text: string): string | null {
  const number = text.replace(/^ (?=\d)/, '+').trim();
  if (!/^\+[\d\s().-]+$/.test(number)) return null;
  const e164 = `+${number.replaceAll(/\D/g, '')}`;
  return E164.test(e164) ? e164 : null;
}
