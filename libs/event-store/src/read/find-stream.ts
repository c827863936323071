import type { Queryable } from '../queryable.js';

/** Where a stream is and what it is. It stays known after its deletion. */
export interface StreamPlace {
  readonly partition: number;
  readonly streamId: string;
  readonly accountSid: string;
  readonly category: string;
  readonly version: number;
  readonly status: 'live' | 'deleted';
}

const text = `
  select s.partition, s.stream_id as "streamId", s.account_sid as "accountSid", s.category, s.version, s.status
  from maskline.partition_head h
  join maskline.stream s on s.partition = h.partition and s.stream_id = $1`;

/** Finds a stream by its id alone, in whatever partition; null when there never was one. For people, not for requests. */
export async function findStream(db: Queryable, streamId: string): Promise<StreamPlace | null> {
  const { rows } = await db.query<StreamPlace>({ name: 'find-stream', text, values: [streamId] });
  const [row] = rows;
  return row ?? null;
}
