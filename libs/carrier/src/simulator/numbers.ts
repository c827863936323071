import type { Database } from '#platform';
import { describeNumber } from './describe-number.js';
import type { CarrierNumber, NumberName, NumberWebhooks } from '../carrier.js';

interface ConnectedNumber {
  readonly message_url: string | null;
  readonly call_url: string | null;
}

const remember = `
  insert into simulator.number (account_sid, sid, phone_number) values ($1, $2, $3)
  on conflict (account_sid, sid) do update set seen_at = now()`;

const phoneNumberOf = 'select phone_number from simulator.number where account_sid = $1 and sid = $2';

const ownOf =
  'select message_url, call_url from simulator.number where account_sid = $1 and phone_number = $2';

const connect = `
  update simulator.number set message_url = $3, call_url = $4, seen_at = now() where account_sid = $1 and sid = $2 returning 1`;

/** Those that were asked for once and never used. */
const forget = `
  delete from simulator.number
  where message_url is null and call_url is null and seen_at < now() - interval '24 hours'`;

/** The numbers that accounts have at this carrier: any that they ask for, from then on. */
export class SimulatedNumbers {
  constructor(private readonly db: Database) {}

  /** By its SID only what was found by its digits before: a SID does not tell them. */
  async find(accountSid: string, name: NumberName): Promise<CarrierNumber | null> {
    if ('sid' in name) {
      const { rows } = await this.db.reads.query<{ phone_number: string }>({
        name: 'simulated-number-by-sid',
        text: phoneNumberOf,
        values: [accountSid, name.sid],
      });
      return rows[0] === undefined ? null : describeNumber(accountSid, rows[0].phone_number);
    }
    const number = describeNumber(accountSid, name.phoneNumber);
    if (number === null) return null;
    await this.db.reads.query({
      name: 'remember-simulated-number',
      text: remember,
      values: [accountSid, number.sid, number.phoneNumber],
    });
    return number;
  }

  /** Where things for this number are reported; null when it is not the account's, but some phone's. */
  async own(accountSid: string, phoneNumber: string): Promise<ConnectedNumber | null> {
    const { rows } = await this.db.reads.query<ConnectedNumber>({
      name: 'simulated-number-of-account',
      text: ownOf,
      values: [accountSid, phoneNumber],
    });
    return rows[0] ?? null;
  }

  /** False when the account has no such number. */
  async connect(accountSid: string, sid: string, webhooks: NumberWebhooks | null): Promise<boolean> {
    const { rows } = await this.db.reads.query({
      name: 'connect-simulated-number',
      text: connect,
      values: [accountSid, sid, webhooks?.message ?? null, webhooks?.call ?? null],
    });
    return rows.length > 0;
  }

  async forget(): Promise<void> {
    await this.db.reads.query({ name: 'forget-simulated-numbers', text: forget });
  }
}
