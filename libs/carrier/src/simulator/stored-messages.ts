import type { Database } from '#platform';

export interface StoredMessage {
  readonly account_sid: string;
  readonly sid: string;
  readonly send_key: string | null;
  readonly from_number: string;
  readonly to_number: string;
  readonly body: string;
  readonly media: readonly string[];
  /** `queued`, `sent`, then `delivered`, `undelivered` or `failed`. */
  readonly status: string;
  readonly error_code: number | null;
  readonly status_callback: string | null;
  readonly created_at: string;
}

export type NewMessage = Omit<StoredMessage, 'status' | 'error_code' | 'created_at'>;

export type ShownMessage = StoredMessage & { readonly direction: 'inbound' | 'outbound' };

const columns =
  'account_sid, sid, send_key, from_number, to_number, body, media, status, error_code, status_callback, created_at';

const insert = `
  insert into simulator.message
    (account_sid, sid, send_key, from_number, to_number, body, media, status_callback, status, held_until)
  values ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', now() + $9 * interval '1 ms')
  on conflict (account_sid, send_key) where send_key is not null do nothing
  returning ${columns}`;

const byKey = `select ${columns} from simulator.message where account_sid = $1 and send_key = $2`;

const move = `
  update simulator.message
  set status = $4, error_code = $5, held_until = case when $6 then null else now() + $7 * interval '1 ms' end
  where account_sid = $1 and sid = $2 and status = $3
  returning ${columns}`;

/** A held row is its holder's alone until its time is up. */
const takeOver = `
  update simulator.message m set held_until = now() + $1 * interval '1 ms'
  from (
    select account_sid, sid from simulator.message
    where held_until < now() order by held_until limit 20 for update skip locked
  ) abandoned
  where m.account_sid = abandoned.account_sid and m.sid = abandoned.sid
  returning ${columns
    .split(', ')
    .map((column) => `m.${column}`)
    .join()}`;

/** A phone shows what it sent, and what reached it. */
const shown = `
  select * from (
    (select ${columns}, 'outbound' as direction from simulator.message
     where account_sid = $1 and from_number = $2 order by created_at desc limit $3)
    union all
    (select ${columns}, 'inbound' from simulator.message
     where account_sid = $1 and to_number = $2 and status = 'delivered' order by created_at desc limit $3)
  ) both_ways
  order by created_at desc, sid desc limit $3`;

/** After a day; and of one phone's the oldest, but not within the hour: whoever sends again is still recognized then. */
const forget = `
  delete from simulator.message where ctid = any (array(
    select ctid from (
      select ctid, created_at, held_until, row_number() over (
        partition by account_sid, case when send_key is null then from_number else to_number end
        order by created_at desc
      ) as age
      from simulator.message
    ) aged
    where created_at < now() - interval '24 hours'
      or (age > $1 and held_until is null and created_at < now() - interval '1 hour')
  ))`;

/** Every message on the network, whoever sent it. */
export class StoredMessages {
  constructor(
    private readonly db: Database,
    /** Milliseconds that a process which says nothing of a message keeps it. */
    private readonly hold: number,
  ) {}

  /** Null when the key was used before. */
  async add(message: NewMessage): Promise<StoredMessage | null> {
    const { account_sid, sid, send_key, from_number, to_number, body, media, status_callback } = message;
    const values = [
      account_sid,
      sid,
      send_key,
      from_number,
      to_number,
      body,
      media,
      status_callback,
      this.hold,
    ];
    return (await this.#query('add-simulated-message', insert, values))[0] ?? null;
  }

  async find(accountSid: string, key: string): Promise<StoredMessage | null> {
    return (await this.#query('find-simulated-message', byKey, [accountSid, key]))[0] ?? null;
  }

  /** The message as it is then; null when another process was there before. */
  async move(
    { account_sid, sid, status: from }: StoredMessage,
    status: string,
    { isLast, errorCode = null }: { isLast: boolean; errorCode?: number | null },
  ): Promise<StoredMessage | null> {
    const values = [account_sid, sid, from, status, errorCode, isLast, this.hold];
    return (await this.#query('move-simulated-message', move, values))[0] ?? null;
  }

  /** Some of what nobody has been at for too long, which is the caller's from now on. */
  takeOver(): Promise<StoredMessage[]> {
    return this.#query('take-over-simulated-messages', takeOver, [this.hold]);
  }

  /** The newest first. */
  async shown(accountSid: string, phoneNumber: string, most: number): Promise<ShownMessage[]> {
    const { rows } = await this.db.reads.query<ShownMessage>({
      name: 'shown-simulated-messages',
      text: shown,
      values: [accountSid, phoneNumber, most],
    });
    return rows;
  }

  async forget(mostOfOnePhone: number): Promise<void> {
    await this.db.reads.query({
      name: 'forget-simulated-messages',
      text: forget,
      values: [mostOfOnePhone],
    });
  }

  async #query(name: string, text: string, values: unknown[]): Promise<StoredMessage[]> {
    return (await this.db.reads.query<StoredMessage>({ name, text, values })).rows;
  }
}
