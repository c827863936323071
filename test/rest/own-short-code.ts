import { createHash } from 'node:crypto';
import type { Api } from './start-api.js';

/** The simulator gives an account any short code; it is known by its SID once somebody has asked for it, which the API never does. */
export async function ownShortCode({ accountSid, database }: Api, digits: string): Promise<string> {
  const sid = `SC${createHash('sha256').update(`${accountSid} ${digits}`).digest('hex').slice(0, 32)}`;
  await database.admin.query(
    'insert into simulator.number (account_sid, sid, phone_number) values ($1, $2, $3)',
    [accountSid, sid, digits],
  );
  return sid;
}
