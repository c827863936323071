import type { Database } from '#platform';
import type { CallEvent } from './voice-twiml.js';

export interface StoredCall {
  readonly account_sid: string;
  readonly sid: string;
  readonly parent_sid: string | null;
  readonly from_number: string;
  readonly to_number: string;
  /** `initiated`, `ringing`, `in-progress`, then `completed`, `busy`, `no-answer` or `failed`. */
  readonly status: string;
  readonly error_code: number | null;
  /** Seconds of talk; null for a call that was not answered, or is not over. */
  readonly duration: number | null;
  readonly status_callback: string | null;
  readonly reported: readonly CallEvent[];
  /** How many events were reported. */
  readonly sequence_number: number;
  readonly created_at: string;
}

export type NewCall = Pick<
  StoredCall,
  'account_sid' | 'sid' | 'parent_sid' | 'from_number' | 'to_number' | 'status_callback' | 'reported'
>;

export type ShownCall = StoredCall & { readonly direction: 'inbound' | 'outbound' };

export interface CallChange {
  readonly status: string;
  readonly isReported: boolean;
  readonly errorCode?: number | null;
  readonly duration?: number | null;
  /** Milliseconds until the next change, apart from what webhooks take; null for the last one. */
  readonly next: number | null;
}

const columns =
  'account_sid, sid, parent_sid, from_number, to_number, status, error_code, duration, status_callback, reported, sequence_number, created_at';

const insert = `
  insert into simulator.call
    (account_sid, sid, parent_sid, from_number, to_number, status_callback, reported, status, sequence_number, held_until)
  values ($1, $2, $3, $4, $5, $6, $7, 'initiated', $8, now() + $9 * interval '1 ms')
  returning ${columns}`;

const change = `
  update simulator.call
  set status = $4, sequence_number = sequence_number + $5::int, error_code = $6, duration = $7,
    held_until = now() + $8 * interval '1 ms'
  where account_sid = $1 and sid = $2 and status = $3
  returning ${columns}`;

const takeOver = `
  update simulator.call c set held_until = now() + $1 * interval '1 ms'
  from (
    select account_sid, sid from simulator.call
    where held_until < now() order by held_until limit 20 for update skip locked
  ) abandoned
  where c.account_sid = abandoned.account_sid and c.sid = abandoned.sid
  returning ${columns
    .split(', ')
    .map((column) => `c.${column}`)
    .join()}`;

/** A phone shows whom it called, and what rang. */
const shown = `
  select * from (
    (select ${columns}, 'outbound' as direction from simulator.call
     where account_sid = $1 and from_number = $2 order by created_at desc limit $3)
    union all
    (select ${columns}, 'inbound' from simulator.call
     where account_sid = $1 and to_number = $2 and status not in ('initiated', 'failed') order by created_at desc limit $3)
  ) both_ways
  order by created_at desc, sid desc limit $3`;

const forget = `
  delete from simulator.call where ctid = any (array(
    select ctid from (
      select ctid, created_at, held_until, row_number() over (
        partition by account_sid, case when parent_sid is null then from_number else to_number end
        order by created_at desc
      ) as age
      from simulator.call
    ) aged
    where created_at < now() - interval '24 hours'
      or (age > $1 and held_until is null and created_at < now() - interval '1 hour')
  ))`;

/** Every call on the network: what a phone dialled, and what was dialled for it. */
export class StoredCalls {
  constructor(
    private readonly db: Database,
    private readonly hold: number,
  ) {}

  async add(call: NewCall): Promise<StoredCall> {
    const { account_sid, sid, parent_sid, from_number, to_number, status_callback, reported } = call;
    const sequence = reported.includes('initiated') ? 1 : 0;
    const numbers = [account_sid, sid, parent_sid, from_number, to_number];
    const values = [...numbers, status_callback, reported, sequence, this.hold];
    const [added] = await this.#query('add-simulated-call', insert, values);
    if (added === undefined) throw new Error('a row was not inserted');
    return added;
  }

  /** The call as it is then; null when another process has ended it meanwhile. */
  async change(
    { account_sid, sid, status: from }: StoredCall,
    { status, isReported, errorCode = null, duration = null, next }: CallChange,
  ): Promise<StoredCall | null> {
    const hold = next === null ? null : next + this.hold;
    const values = [account_sid, sid, from, status, isReported ? 1 : 0, errorCode, duration, hold];
    return (await this.#query('change-simulated-call', change, values))[0] ?? null;
  }

  takeOver(): Promise<StoredCall[]> {
    return this.#query('take-over-simulated-calls', takeOver, [this.hold]);
  }

  /** The newest first. */
  async shown(accountSid: string, phoneNumber: string, most: number): Promise<ShownCall[]> {
    const { rows } = await this.db.reads.query<ShownCall>({
      name: 'shown-simulated-calls',
      text: shown,
      values: [accountSid, phoneNumber, most],
    });
    return rows;
  }

  async forget(mostOfOnePhone: number): Promise<void> {
    await this.db.reads.query({ name: 'forget-simulated-calls', text: forget, values: [mostOfOnePhone] });
  }

  async #query(name: string, text: string, values: unknown[]): Promise<StoredCall[]> {
    return (await this.db.reads.query<StoredCall>({ name, text, values })).rows;
  }
}
