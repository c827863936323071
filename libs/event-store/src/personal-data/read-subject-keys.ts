import type { KeyObject } from 'node:crypto';
import { plainArray, textArray } from '../pg-array.js';
import type { Queryable } from '../queryable.js';
import { unwrapKey } from './subject-keys.js';

/** A person or thing that events of a stream tell about. */
export interface Subject {
  readonly partition: number;
  readonly streamId: string;
  readonly subject: string;
}

const text = `
  select w.i, k.wrapped_key
  from unnest($1::int[], $2::text[], $3::text[]) with ordinality w(partition, stream, subject, i)
  cross join lateral (
    select wrapped_key from maskline.event_key k
    where k.partition = w.partition and k.stream_id = w.stream and k.subject = w.subject limit 1
  ) k`;

/** The keys of these subjects, in their order; null for one whose key was destroyed, or that never had one. */
export async function readSubjectKeys(
  db: Queryable,
  wanted: readonly Subject[],
  masterKey: KeyObject,
): Promise<(KeyObject | null)[]> {
  const keys: (KeyObject | null)[] = wanted.map(() => null);
  if (wanted.length === 0) return keys;
  const values = [
    plainArray(wanted, ({ partition }) => partition),
    textArray(wanted, ({ streamId }) => streamId),
    textArray(wanted, ({ subject }) => subject),
  ];
  const { rows } = await db.query<{ i: number; wrapped_key: Buffer }>({
    name: 'read-event-keys',
    text,
    values,
  });
  for (const { i, wrapped_key } of rows) {
    const found = wanted[i - 1];
    if (found !== undefined) keys[i - 1] = unwrapKey(masterKey, found.streamId, found.subject, wrapped_key);
  }
  return keys;
}
