import type { Queryable } from '#event-store';

/** Sets the timers of sessions that are not to be expired now to their deadlines, or takes them off; answers those to arm. */
export async function settleTimers(
  db: Queryable,
  partition: number,
  sids: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ timer: string }>({
    name: 'settle-timers',
    text: 'select timer from maskline.settle_timers($1, $2::text[]) timer',
    values: [partition, [...sids]],
  });
  return rows.map(({ timer }) => timer);
}
