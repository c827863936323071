/** Whom a participant's identifier reaches, and as far as a phone number tells, where. */
export interface LocatedIdentifier {
  /** A phone number in E.164, or a channel address. */
  readonly identifier: string;
  /** ISO 3166, two letters. */
  readonly isoCountry: string | null;
  /** Of a North American number. */
  readonly areaCode: string | null;
}

/** The three digits after +1; null for what is no North American number. */
export function areaCodeOf(number: string): string | null {
  return /^\+1(\d{3})\d{7}$/.exec(number)?.[1] ?? null;
}
