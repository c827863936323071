import type { Queryable } from '#event-store';
import { statement } from '#platform';

export interface RaisedAlert {
  readonly partition: number;
  readonly sid: string;
  readonly accountSid: string;
  readonly serviceSid: string | null;
  readonly sessionSid: string | null;
  readonly interactionSid: string | null;
  readonly code: number;
  readonly why: string | null;
}

const keep = statement(
  'keep-alerts',
  `insert into maskline.alert (partition, sid, account_sid, service_sid, session_sid, interaction_sid, code, why, date_created)
  select r.partition, r.sid, r."accountSid", r."serviceSid", r."sessionSid", r."interactionSid", r.code, r.why, maskline.clock()
  from jsonb_to_recordset($1::jsonb) r(partition int, sid text, "accountSid" text, "serviceSid" text, "sessionSid" text,
    "interactionSid" text, code int, why text)
  on conflict (partition, sid) do nothing`,
);

/** Writes alerts down, each once. */
export async function keepAlerts(db: Queryable, alerts: readonly RaisedAlert[]): Promise<void> {
  await db.query(keep(JSON.stringify(alerts)));
}

/** The oldest first, and only then how old they are and how many stand behind them. */
const forget = statement(
  'forget-alerts',
  `delete from maskline.alert
  where ctid = any (array(
    select oldest.ctid from (
      select a.ctid, a.date_created from maskline.alert a where a.partition = $1 order by a.date_created limit $4
    ) oldest
    where oldest.date_created < maskline.clock() - make_interval(days => $2)
      or oldest.date_created < (
        select b.date_created from maskline.alert b where b.partition = $1 order by b.date_created desc offset $3 - 1 limit 1
      )
  ))
  returning 1`,
);

/** Deletes alerts that are older than so many days, and all but so many newest of a partition; `most` at a time. */
export async function forgetAlerts(
  db: Queryable,
  partition: number,
  { days, kept }: { readonly days: number; readonly kept: number },
  most: number,
): Promise<number> {
  const { rows } = await db.query(forget(partition, days, kept, most));
  return rows.length;
}
