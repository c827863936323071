import type { SessionEvent } from '#domain';
import { partitionOf, type Queryable, type RecordedEvent } from '#event-store';
import type { Database } from '#platform';

const counters = ['sessions_created', 'sessions_closed', 'sessions_expired', 'messages', 'calls'] as const;
type Counter = (typeof counters)[number];

/** What happened to an account in an hour. An hour in which nothing did has no row. */
export type AccountHour = Readonly<Record<Counter, number>> & { readonly hour: string };

/** What an hour is counted from. */
export const countedTypes = [
  'SessionCreated',
  'SessionClosed',
  'SessionExpired',
  'InteractionStarted',
] as const satisfies readonly SessionEvent['type'][];

const add = `
  insert into maskline.account_hour as h (partition, account_sid, hour, ${counters.join()})
  select $1, c.* from jsonb_to_recordset($2::jsonb)
    as c(account_sid text, hour timestamptz, ${counters.map((counter) => `${counter} int`).join()})
  on conflict (partition, account_sid, hour) do update
  set ${counters.map((counter) => `${counter} = h.${counter} + excluded.${counter}`).join()}`;

/** Adds events of these types, of one partition, to the hours in which they occurred. Each must come once. */
export async function countHours(
  tx: Queryable,
  partition: number,
  events: readonly RecordedEvent[],
): Promise<void> {
  const hours = new Map<string, Record<Counter, number> & { account_sid: string; hour: string }>();
  for (const recorded of events) {
    const counter = counterOf(recorded);
    const hour = `${recorded.occurredAt.slice(0, 13)}:00:00.000Z`;
    const key = `${recorded.accountSid} ${hour}`;
    const counted = hours.get(key) ?? {
      account_sid: recorded.accountSid,
      hour,
      sessions_created: 0,
      sessions_closed: 0,
      sessions_expired: 0,
      messages: 0,
      calls: 0,
    };
    counted[counter] += 1;
    hours.set(key, counted);
  }
  if (hours.size === 0) return;
  const values = [partition, JSON.stringify([...hours.values()])];
  await tx.query({ name: 'count-hours', text: add, values });
}

type Counted = Extract<SessionEvent, { type: (typeof countedTypes)[number] }>;

function counterOf({ event }: RecordedEvent): Counter {
  // No others are asked for.
  const { type, data } = event as Counted;
  switch (type) {
    case 'SessionCreated':
      return 'sessions_created';
    case 'SessionClosed':
      return 'sessions_closed';
    case 'SessionExpired':
      return 'sessions_expired';
    case 'InteractionStarted':
      return data.type === 'message' ? 'messages' : 'calls';
  }
}

const between = `
  select hour, ${counters.join()} from maskline.account_hour
  where partition = $1 and account_sid = $2 and hour >= $3 and hour < $4
  order by hour`;

/** Reads what is counted of an account. */
export class AccountHourQueries {
  constructor(
    private readonly db: Pick<Database, 'reads'>,
    private readonly partitions: number,
  ) {}

  /** The hours that begin within a time. */
  async list(accountSid: string, from: string, to: string): Promise<AccountHour[]> {
    const values = [partitionOf(accountSid, this.partitions), accountSid, from, to];
    const { rows } = await this.db.reads.query<AccountHour>({ name: 'account-hours', text: between, values });
    return rows;
  }
}
