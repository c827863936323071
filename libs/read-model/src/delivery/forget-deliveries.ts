import type { Queryable } from '#event-store';
import { statement } from '#platform';

const giveUp = statement(
  'give-up-deliveries',
  `update maskline.delivery d
  set status = 'failed', reason = 'expired', next_attempt_at = null, claim = null, date_updated = maskline.clock()
  where d.partition = $1 and d.status = 'pending' and d.sid in (
    select sid from (
      select o.sid, o.give_up_at from maskline.delivery o
      where o.partition = $1 and o.status = 'pending' order by o.give_up_at limit $2
    ) oldest
    where oldest.give_up_at <= maskline.clock()
  )
  returning 1`,
);

/** Deliveries whose time has passed become dead letters, at most so many; answers how many did. */
export async function giveUpDeliveries(db: Queryable, partition: number, most: number): Promise<number> {
  const { rows } = await db.query(giveUp(partition, most));
  return rows.length;
}

const forget = statement(
  'forget-deliveries',
  `with gone as (
    delete from maskline.delivery d
    where d.partition = $1 and d.status <> 'pending' and d.sid in (
      select sid from (
        select o.sid, o.date_created from maskline.delivery o
        where o.partition = $1 and o.status <> 'pending' order by o.date_created limit $3
      ) oldest
      where oldest.date_created < maskline.clock() - make_interval(days => $2)
    )
    returning d.sid
  ), attempts as (
    delete from maskline.delivery_attempt a where a.partition = $1 and a.delivery_sid in (select sid from gone)
  )
  select from gone`,
);

/** Deletes deliveries that are over and older than so many days, at most so many; answers how many. */
export async function forgetDeliveries(
  db: Queryable,
  partition: number,
  days: number,
  most: number,
): Promise<number> {
  const { rows } = await db.query(forget(partition, days, most));
  return rows.length;
}
