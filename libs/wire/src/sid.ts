/** The prefixes of Twilio's SIDs that this API reads in a path or a parameter. */
export type SidPrefix = 'AC' | 'IS' | 'KC' | 'KS' | 'SK';

const HEX = /^[0-9a-f]{32}$/i;

/** The SID as it is stored, prefix and lower-case hex, or null for what is none of this type. Either hex case is read. */
export function readSid(prefix: SidPrefix, text: string): string | null {
  if (text.length !== 34 || !text.startsWith(prefix) || !HEX.test(text.slice(2))) return null;
  return prefix + text.slice(2).toLowerCase();
}
