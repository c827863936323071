import type { RecordedEvent } from '#event-store';
import type { Database } from '#platform';

/** What the example journals. */
const types = new Set([
  'SessionCreated',
  'SessionStarted',
  'SessionReopened',
  'SessionClosed',
  'SessionExpired',
  'SessionDeleted',
]);

/** The consumer has had each event of its types at least once, and its effects in SQL have taken place exactly once. */
export async function auditConsumer(database: Database, log: readonly RecordedEvent[]): Promise<string[]> {
  const due = new Map<string, string>();
  for (const { streamId, version, event } of log) {
    if (types.has(event.type)) due.set(`${streamId} at ${version}`, event.type);
  }
  const wrong: string[] = [];
  const entries = await database.admin.query<{
    session_sid: string;
    version: number;
    what: string;
    times: number;
  }>('select session_sid, version, what, times from session_journal.entry');
  for (const { session_sid, version, what, times } of entries.rows) {
    const place = `${session_sid} at ${version}`;
    if (times !== 1) wrong.push(`the consumer has handled ${what} of ${place} ${times} times`);
    if (!due.delete(place))
      wrong.push(`the consumer has handled ${what} of ${place}, which is not in the log`);
  }
  for (const [place, type] of due) wrong.push(`the consumer has never handled ${type} of ${place}`);

  const tallies = await database.admin.query<{ what: string; sessions: number }>(
    'select what, sum(sessions)::bigint as sessions from session_journal.tally group by what',
  );
  for (const { what, sessions } of tallies.rows) {
    const events = log.filter(({ event }) => event.type === what).length;
    if (sessions !== events)
      wrong.push(`the consumer has counted ${sessions} ${what}, the log has ${events}`);
  }
  return wrong;
}

/** How many events the consumer has still to handle. */
export async function missedByConsumer(database: Database): Promise<number> {
  const { rows } = await database.admin.query<{ missing: number }>(
    `select count(*)::int as missing from maskline.event e
     where e.type = any ($1) and not exists
       (select from session_journal.entry where session_sid = e.stream_id and version = e.version)`,
    [[...types]],
  );
  return rows[0]?.missing ?? -1;
}
