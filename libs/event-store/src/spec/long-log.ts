import type { Database } from '#platform';

/** Writes so many events that nobody asks for, past the store, for speed. */
export async function lengthenLog({ admin }: Database, events: number): Promise<void> {
  await admin.query(
    `with head as (
       update maskline.partition_head set position = position + $1::int where partition = 0 returning position - $1::int as base
     )
     insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid,
       command_id, correlation_id, actor, occurred_at, recorded_at, data, content_hash)
     select 0, base + n, 'KC' || (base + n), 1, 'SessionStarted', 1, gen_random_uuid(), 'AC', 'spec', 'spec', 'spec',
       maskline.clock(), maskline.clock(), '{}', ''
     from head, generate_series(1, $1::int) n`,
    [events],
  );
}
