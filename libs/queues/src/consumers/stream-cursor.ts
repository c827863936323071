import type { Queryable } from '#event-store';

// How far a consumer is in each stream that it handles in order. Beside the inbox, and for the same reason.

/** Makes the table; the schema is there. */
export async function prepareOrder(db: Queryable, schema: string): Promise<void> {
  const text = `
    do $$ begin
      perform pg_advisory_xact_lock(hashtextextended('maskline.inbox', 0));
      create table if not exists "${schema}".stream_cursor (
        consumer text not null,
        stream_id text not null,
        version bigint not null,
        primary key (consumer, stream_id)
      );
    end $$`;
  await db.query({ name: `prepare-order-${schema}`, text, values: [] });
}

/** Keeps everybody else from the stream until the transaction ends, and says up to which version it is handled. */
export async function lockStream(
  tx: Queryable,
  schema: string,
  consumer: string,
  streamId: string,
): Promise<number> {
  const { rows } = await tx.query<{ version: number }>({
    name: `lock-stream-${schema}`,
    text: `insert into "${schema}".stream_cursor as c (consumer, stream_id, version) values ($1, $2, 0)
      on conflict (consumer, stream_id) do update set version = c.version returning version`,
    values: [consumer, streamId],
  });
  const [row] = rows;
  return row?.version ?? 0;
}

export async function moveCursor(
  tx: Queryable,
  schema: string,
  consumer: string,
  streamId: string,
  version: number,
): Promise<void> {
  await tx.query({
    name: `move-cursor-${schema}`,
    text: `update "${schema}".stream_cursor set version = $3 where consumer = $1 and stream_id = $2`,
    values: [consumer, streamId, version],
  });
}
