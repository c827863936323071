import type { KeyObject } from 'node:crypto';
import { ERASED } from '#domain';
import type { Queryable } from './append.js';
import { plainArray, textArray } from './pg-array.js';
import type { EventRow } from './recorded-event.js';
import { isSealed, openField } from './sealed-field.js';
import { unwrapKey } from './subject-keys.js';

type SealedRow = Pick<EventRow, 'partition' | 'account_sid' | 'stream_id' | 'type' | 'data'>;

const text = `
  select w.i, k.wrapped_key
  from unnest($1::int[], $2::text[], $3::text[]) with ordinality w(partition, stream, subject, i)
  cross join lateral (
    select wrapped_key from maskline.event_key k
    where k.partition = w.partition and k.stream_id = w.stream and k.subject = w.subject limit 1
  ) k`;

/**
 * Opens the personal fields of rows of the log, with one more statement when there are any. A field whose key has been
 * destroyed is `ERASED`. Nothing is kept, so an erasure holds for every reader from its commit on.
 */
export async function openSealed<Row extends SealedRow>(
  db: Queryable,
  rows: readonly Row[],
  masterKey: KeyObject,
): Promise<readonly Row[]> {
  const wanted = new Map<string, Wanted>();
  for (const row of rows) {
    for (const value of Object.values(row.data) as unknown[]) {
      if (isSealed(value)) wanted.set(nameOf(row, value.subject), { row, subject: value.subject });
    }
  }
  if (wanted.size === 0) return rows;
  const keys = await readKeys(db, [...wanted.values()], masterKey);
  return rows.map((row) => ({ ...row, data: openedData(row, keys) }));
}

interface Wanted {
  readonly row: SealedRow;
  readonly subject: string;
}

async function readKeys(
  db: Queryable,
  wanted: readonly Wanted[],
  masterKey: KeyObject,
): Promise<ReadonlyMap<string, KeyObject>> {
  const values = [
    plainArray(wanted, ({ row }) => row.partition),
    textArray(wanted, ({ row }) => row.stream_id),
    textArray(wanted, ({ subject }) => subject),
  ];
  const { rows } = await db.query({ name: 'read-event-keys', text, values });
  const keys = new Map<string, KeyObject>();
  for (const { i, wrapped_key } of rows as { i: number; wrapped_key: Buffer }[]) {
    const found = wanted[i - 1];
    if (found === undefined) continue;
    const { row, subject } = found;
    keys.set(nameOf(row, subject), unwrapKey(masterKey, row.stream_id, subject, wrapped_key));
  }
  return keys;
}

function openedData(row: SealedRow, keys: ReadonlyMap<string, KeyObject>): object {
  const { account_sid: accountSid, stream_id: streamId, type } = row;
  const data: Record<string, unknown> = { ...row.data };
  for (const [field, value] of Object.entries(data)) {
    if (!isSealed(value)) continue;
    const key = keys.get(nameOf(row, value.subject));
    data[field] = key === undefined ? ERASED : openField(key, value, { accountSid, streamId, type, field });
  }
  return data;
}

function nameOf({ partition, stream_id }: SealedRow, subject: string): string {
  return `${partition} ${stream_id} ${subject}`;
}
