/** What a SID names, by its first two letters, as far as a path, a parameter or a login can hold it. */
export type SidPrefix = 'AC' | 'DL' | 'IS' | 'KC' | 'KI' | 'KP' | 'KS' | 'NO' | 'PN' | 'SC' | 'SK';

const SID = /^[a-z]{2}[0-9a-f]{32}$/i;

/** The SID in its stored spelling, or null for what is none of this kind. Any case is read: `ks0A…` is `KS0a…`. */
export function readSid(prefix: SidPrefix, text: string): string | null {
  const sid = readAnySid(text);
  return sid?.startsWith(prefix) === true ? sid : null;
}

/** The same whatever it names. */
export function readAnySid(text: string): string | null {
  return SID.test(text) ? canonicalSid(text) : null;
}

/** The one spelling under which a SID is stored and hashed: capital prefix, small digits. */
export function canonicalSid(sid: string): string {
  return sid.slice(0, 2).toUpperCase() + sid.slice(2).toLowerCase();
}
