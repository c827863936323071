import type { Queryable } from '#event-store';

// A queue delivers at least once. The inbox notes what was handled in the transaction of the effects, so they take place
// exactly once. It lives in the consumer's own schema, beside its effects, so its SQL is here and not with that of the log.

/** Makes the consumer's schema and its inbox. */
export async function prepareInbox(db: Queryable, schema: string): Promise<void> {
  // One after the other, for starters at the same time would fail on each other's schema.
  const text = `
    do $$ begin
      perform pg_advisory_xact_lock(hashtextextended('maskline.inbox', 0));
      create schema if not exists "${schema}";
      create table if not exists "${schema}".inbox (
        consumer text not null,
        event_id uuid not null,
        replay_id text not null default '',
        handled_at timestamptz not null default now(),
        primary key (consumer, event_id, replay_id)
      );
    end $$`;
  await db.query({ name: `prepare-inbox-${schema}`, text, values: [] });
}

/** Notes an event as handled; false when it was before. Waits for another transaction that handles it just now. */
export async function noteHandled(
  tx: Queryable,
  schema: string,
  consumer: string,
  event: { readonly eventId: string; readonly replayId: string | null },
): Promise<boolean> {
  const { rows } = await tx.query({
    name: `note-handled-${schema}`,
    text: `insert into "${schema}".inbox (consumer, event_id, replay_id) values ($1, $2, $3)
      on conflict do nothing returning event_id`,
    values: [consumer, event.eventId, event.replayId ?? ''],
  });
  return rows.length > 0;
}
