import pg from 'pg';

// How column values arrive in JavaScript. The parsers belong to our pools only: `pg.types` is global,
// and BullMQ, which shares the process, expects the driver's own.

const INT8 = 20;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;

/** Positions and versions stay far below 2^53; a value beyond would be rounded silently, so it is refused. */
function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint does not fit into a number');
  return value;
}

/**
 * `2026-01-02 03:04:05.0067+00`, as PostgreSQL writes in a UTC session, to `2026-01-02T03:04:05.006Z`.
 * By slicing: a Date per column costs four times as much, and rows carry up to eight of them.
 */
function parseTimestamp(text: string): string {
  if (text.length < 22 || !text.endsWith('+00') || text[10] !== ' ') {
    throw new RangeError('a timestamptz outside the years 1 to 9999 or of a session that is not in UTC');
  }
  const fraction = text.slice(20, -3).padEnd(3, '0').slice(0, 3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}

/** One dimension, of a type whose values hold no comma and no quote. */
function parseArray<Item>(text: string, parse: (item: string) => Item): (Item | null)[] {
  if (text === '{}') return [];
  const items = text.slice(1, -1).split(',');
  return items.map((item) => (item === 'NULL' ? null : parse(item.replaceAll('"', ''))));
}

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, parseBigint],
  [TIMESTAMPTZ, parseTimestamp],
  [INT8_ARRAY, (text) => parseArray(text, parseBigint)],
  [TIMESTAMPTZ_ARRAY, (text) => parseArray(text, parseTimestamp)],
]);

/** The `types` of a pg client: our parsers for times and bigints, the driver's for everything else. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser(
    oid: Parameters<typeof pg.types.getTypeParser>[0],
    format?: 'text' | 'binary',
  ): (text: string) => unknown {
    const ours = format === 'binary' ? undefined : parsers.get(oid);
    if (ours !== undefined) return ours;
    // The driver declares its parsers as returning `any`.
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  },
};
