import type { SessionEvent } from '#domain';
import { runConsumer } from '#queues';

// Keeps a journal of sessions and a tally of how they end: what a statistics page or an invoice could be made from.
// Events may come in any order and more than once; each row and each count still comes about exactly once, because the
// inbox and the effects are one transaction, and nothing here depends on the order.

const schema = 'session_journal';

await runConsumer<SessionEvent>({
  name: 'session-journal',
  types: [
    'SessionCreated',
    'SessionStarted',
    'SessionReopened',
    'SessionClosed',
    'SessionExpired',
    'SessionDeleted',
  ],
  schema,

  prepare: async (db) => {
    await db.query({
      name: 'prepare-journal',
      text: `do $$ begin
        create table if not exists ${schema}.entry (
          session_sid text not null,
          version bigint not null,
          what text not null,
          reason text,
          at timestamptz not null,
          -- A replay writes its own entries beside the first ones.
          times int not null default 1,
          primary key (session_sid, version)
        );
        create table if not exists ${schema}.tally (day date, what text, sessions bigint not null, primary key (day, what));
      end $$`,
      values: [],
    });
  },

  handle: async ({ streamId, version, occurredAt, event }, tx) => {
    await tx.query({
      name: 'add-entry',
      text: `insert into ${schema}.entry as e (session_sid, version, what, reason, at) values ($1, $2, $3, $4, $5)
        on conflict (session_sid, version) do update set times = e.times + 1`,
      values: [streamId, version, event.type, reasonOf(event), timeOf(event, occurredAt)],
    });
    await tx.query({
      name: 'count-entry',
      text: `insert into ${schema}.tally as t (day, what, sessions) values (($1::timestamptz at time zone 'UTC')::date, $2, 1)
        on conflict (day, what) do update set sessions = t.sessions + 1`,
      values: [timeOf(event, occurredAt), event.type],
    });
  },

  show: async (db) => {
    const entries = await db.query({
      name: 'show-entries',
      text: `select at, session_sid, version, what, reason, times from ${schema}.entry
        order by at desc, session_sid, version desc limit 20`,
      values: [],
    });
    console.log('The newest entries of the journal:');
    console.table(entries.rows);
    const tally = await db.query({
      name: 'show-tally',
      text: `select day::text, what, sessions from ${schema}.tally order by day, what`,
      values: [],
    });
    console.log('The tally:');
    console.table(tally.rows);
  },
});

function reasonOf(event: SessionEvent): string | null {
  return event.type === 'SessionClosed' || event.type === 'SessionExpired' ? event.data.reason : null;
}

/** A session ended at its deadline, however late that was noticed. */
function timeOf(event: SessionEvent, occurredAt: string): string {
  return event.type === 'SessionExpired' ? event.data.at : occurredAt;
}
