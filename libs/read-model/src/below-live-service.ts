import { sql, type SqlBool } from 'kysely';

/** Nothing below a deleted service is reachable, even while the cascade still deletes it. */
export function isBelowLiveService(partition: number, accountSid: string, serviceSid: string) {
  return sql<SqlBool>`exists (
    select from maskline.service k where k.partition = ${partition} and k.sid = ${serviceSid} and k.account_sid = ${accountSid}
  )`;
}
