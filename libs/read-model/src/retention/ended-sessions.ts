import { LEGAL_HOLD } from '#domain';
import type { Queryable } from '#event-store';

export interface EndedSession {
  readonly sid: string;
  readonly accountSid: string;
  readonly endedAt: string;
  /** It or its account is on legal hold. */
  readonly isHeld: boolean;
}

/** What is held is read too: so a page costs the same however much is held. */
const text = `
  select s.sid, s.account_sid as "accountSid", s.date_ended as "endedAt", exists (
    select from maskline.claim c
    where c.partition = s.partition and c.account_sid = s.account_sid and c.kind = '${LEGAL_HOLD}' and c.key in (s.sid, s.account_sid)
  ) as "isHeld"
  from (
    select partition, sid, account_sid, date_ended from maskline.session
    where partition = $1 and date_ended is not null and date_ended <= $2::timestamptz
      and (date_ended, sid) > ($3::timestamptz, $4::text)
    order by date_ended, sid limit $5
  ) s
  order by s.date_ended, s.sid`;

/** The sessions of a partition that had ended at a time, the longest closed first, a page after `after`. */
export async function readEndedSessions(
  db: Queryable,
  partition: number,
  endedUntil: string,
  after: Pick<EndedSession, 'endedAt' | 'sid'> | null,
  limit: number,
): Promise<EndedSession[]> {
  const { rows } = await db.query<EndedSession>({
    name: 'read-ended-sessions',
    text,
    values: [partition, endedUntil, after?.endedAt ?? '-infinity', after?.sid ?? '', limit],
  });
  return rows;
}
