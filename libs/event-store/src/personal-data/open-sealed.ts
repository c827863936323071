import type { KeyObject } from 'node:crypto';
import { ERASED } from '#domain';
import type { Queryable } from '../queryable.js';
import type { EventRow } from '../recorded-event.js';
import { readSubjectKeys, type Subject } from './read-subject-keys.js';
import { isSealed, openField } from './sealed-field.js';

type SealedRow = Pick<EventRow, 'partition' | 'account_sid' | 'stream_id' | 'type' | 'data'>;

/**
 * Opens the personal fields of rows of the log, with one more statement when there are any. A field whose key has been
 * destroyed is `ERASED`. Nothing is kept, so an erasure holds for every reader from its commit on.
 */
export async function openSealed<Row extends SealedRow>(
  db: Queryable,
  rows: readonly Row[],
  masterKey: KeyObject,
): Promise<readonly Row[]> {
  const wanted = new Map<string, Subject>();
  for (const row of rows) {
    for (const value of Object.values(row.data) as unknown[]) {
      if (!isSealed(value)) continue;
      const { subject } = value;
      wanted.set(nameOf(row, subject), { partition: row.partition, streamId: row.stream_id, subject });
    }
  }
  if (wanted.size === 0) return rows;
  const read = await readSubjectKeys(db, [...wanted.values()], masterKey);
  const keys = new Map([...wanted.keys()].map((name, i) => [name, read[i] ?? null]));
  return rows.map((row) => ({ ...row, data: openedData(row, keys) }));
}

function openedData(row: SealedRow, keys: ReadonlyMap<string, KeyObject | null>): object {
  const { account_sid: accountSid, stream_id: streamId, type } = row;
  const data: Record<string, unknown> = { ...row.data };
  for (const [field, value] of Object.entries(data)) {
    if (!isSealed(value)) continue;
    const key = keys.get(nameOf(row, value.subject)) ?? null;
    data[field] = key === null ? ERASED : openField(key, value, { accountSid, streamId, type, field });
  }
  return data;
}

function nameOf({ partition, stream_id }: SealedRow, subject: string): string {
  return `${partition} ${stream_id} ${subject}`;
}
