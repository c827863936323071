import { pairKey } from '#domain';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';

/** Who texts or calls whom, as the carrier tells it. */
export interface Contact {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly from: string;
  /** A number of the service's pool. */
  readonly to: string;
}

/** A session in which somebody was who calls or texts now. */
export interface EarlierRoute {
  readonly sessionSid: string;
  readonly inboundSid: string;
  /** Null when there was nobody else. */
  readonly outboundSid: string | null;
}

const route = `
  select c.stream_id as sid from maskline.claim c
  where c.partition = $1 and c.account_sid = $2 and c.kind = 'pair' and c.key = $3 limit 1`;

/** Of several, the one that ended last. */
const earlier = `
  select p.session_sid as "sessionSid", p.sid as "inboundSid",
    (select o.sid from maskline.participant o
     where o.partition = p.partition and o.session_sid = p.session_sid and o.sid <> p.sid and o.date_created > '-infinity'
     order by o.date_deleted desc nulls first, o.date_created desc limit 1) as "outboundSid"
  from maskline.participant p
  join maskline.session s on s.partition = p.partition and s.sid = p.session_sid
  where p.partition = $1 and p.account_sid = $2 and p.service_sid = $3 and p.identifier = $4 and p.proxy_identifier = $5
  order by coalesce(s.date_ended, s.expires_at) desc nulls last limit 1`;

/** Finds the sessions that calls and texts belong to (contract §13.2). */
export class Routes {
  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {}

  /** The session that holds the pair: active, unless its time has run out a moment ago. */
  async find({ accountSid, serviceSid, from, to }: Contact): Promise<string | null> {
    const { rows } = await this.db.reads.query<{ sid: string }>({
      name: 'find-route',
      text: route,
      values: [partitionOf(accountSid, this.partitions), accountSid, pairKey(serviceSid, to, from)],
    });
    return rows[0]?.sid ?? null;
  }

  /** The last session in which they reached somebody by this number. */
  async findEarlier({ accountSid, serviceSid, from, to }: Contact): Promise<EarlierRoute | null> {
    const { rows } = await this.db.reads.query<EarlierRoute>({
      name: 'find-earlier-route',
      text: earlier,
      values: [partitionOf(accountSid, this.partitions), accountSid, serviceSid, from, to],
    });
    return rows[0] ?? null;
  }
}
