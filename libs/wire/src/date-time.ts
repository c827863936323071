const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * Reads every form of a date that SDKs send (contract §9.4): with `Z`, with an offset, with a fraction, without a
 * zone (UTC), and a date alone (midnight UTC). Gives ISO 8601 in UTC with milliseconds, or null.
 */
export function readDateTime(text: string): string | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`;
  const time = new Date(local);
  // `Date` reads 30 February as 1 or 2 March and 24:00 as the next day: what does not come back was no date.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== local) return null;
  const offset = offsetMinutes(zone);
  if (offset === null) return null;
  const utc = new Date(time.getTime() - offset * 60_000).toISOString();
  // PostgreSQL knows no year 0, and an offset may lead out of the years that sort as text.
  return utc.length === local.length && utc >= '0001' ? utc : null;
}

function offsetMinutes(zone: string): number | null {
  if (zone.length === 1) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Dates on the wire have no fraction: python's SDK would return the raw string otherwise. */
export function wireDate(iso: string): string {
  return `${iso.slice(0, 19)}Z`;
}

export function wireDateOrNull(iso: string | null): string | null {
  return iso === null ? null : wireDate(iso);
}
