import type { RecordedEvent } from '#event-store';
import type { Database } from '#platform';
import { deadlineOf, isDeleted, parentOf, replayAll } from '../audits/replay.js';

/** So long a caller's short sessions take to fall due; all others outlive the run. */
const soon = '10 minutes';

/** What workers have still to end: sessions that are due or soon will be, and those below a deleted service. */
export async function leftToWorkers(database: Database): Promise<number> {
  const { rows } = await database.admin.query<{ left: number }>(
    `select count(*)::int as left from maskline.session s
     where s.expires_at < maskline.clock() + $1::interval
        or not exists (select from maskline.service where sid = s.service_sid)`,
    [soon],
  );
  return rows[0]?.left ?? -1;
}

/** By the log alone: no session has outlived its deadline, and none a deleted service. */
export function auditDue(log: readonly RecordedEvent[]): string[] {
  const streams = replayAll(log);
  const now = new Date().toISOString();
  const wrong: string[] = [];
  for (const [sid, stream] of streams) {
    const deadline = deadlineOf(stream);
    if (deadline !== null && deadline < now) wrong.push(`${sid} was due at ${deadline} and has not ended`);
    const parent = parentOf(stream);
    if (parent !== null && isDeleted(streams.get(parent)))
      wrong.push(`${sid} is left below a deleted service`);
  }
  return wrong;
}
