import { writeTo } from '../bench-server.js';

/** As many as a service with a large pool has. */
export const NUMBERS = 5_000;

const digits = (i: string) => `'+14152' || lpad((${i})::text, 6, '0')`;
const person = (i: string) => `'+1628' || lpad((${i})::text, 7, '0')`;

/**
 * A pool of numbers, and participants of earlier sessions: everybody in two, half of them still going on. Written as rows of what
 * an addition reads and writes, for which through the store a million would take half an hour; their events are not among them,
 * for no addition looks at those of others.
 */
export async function fillParticipants(
  url: string,
  { accountSid, serviceSid, participants }: { accountSid: string; serviceSid: string; participants: number },
): Promise<void> {
  const people = participants / 2;
  const at = (i: string) => `now() - (${i}) * interval '1 second'`;
  const number = (i: string) => digits(`(${i}) % ${NUMBERS} + 1`);
  for (const sql of [
    `insert into maskline.phone_number (partition, sid, account_sid, service_sid, phone_number, friendly_name, iso_country, capabilities,
       is_reserved, version, date_created, date_updated)
     select 0, 'PN' || md5(i::text), '${accountSid}', '${serviceSid}', ${digits('i')}, ${digits('i')}, 'US',
       '{"voice": true, "sms": true, "mms": true, "fax": false}', false, 1, now(), now() from generate_series(1, ${NUMBERS}) i`,
    `insert into maskline.stream (partition, stream_id, account_sid, category, version, status, state, state_schema)
     select 0, sid, account_sid, 'phone-number', 1, 'live',
       jsonb_build_object('status', 'pooled', 'serviceSid', service_sid, 'number', phone_number, 'isReserved', false), 1
     from maskline.phone_number`,
    `insert into maskline.participant (partition, sid, account_sid, service_sid, session_sid, identifier, friendly_name, proxy_identifier,
       proxy_identifier_sid, date_created, date_updated)
     select 0, 'KP' || md5(i::text), '${accountSid}', '${serviceSid}', 'KC' || md5((i / 2)::text), ${person(`i % ${people}`)}, null,
       ${number('i')}, 'PN' || md5((i % ${NUMBERS} + 1)::text), ${at('i')}, ${at('i')} from generate_series(0, ${participants - 1}) i`,
    `insert into maskline.session (partition, sid, account_sid, service_sid, status, closed_reason, mode, ttl, date_ended, version,
       date_created, date_updated)
     select 0, 'KC' || md5(i::text), '${accountSid}', '${serviceSid}', case when i < ${people / 2} then 'open' else 'closed' end,
       case when i >= ${people / 2} then 'api' end, 'voice-and-message', 0, case when i >= ${people / 2} then now() end, 4, ${at('i')}, now()
     from generate_series(0, ${people - 1}) i`,
    `insert into maskline.claim (partition, account_sid, kind, key, stream_id)
     select 0, '${accountSid}', 'pair', '${serviceSid}/' || proxy_identifier || '/' || identifier, session_sid
     from maskline.participant p where exists (select from maskline.session s where s.partition = 0 and s.sid = p.session_sid and s.status = 'open')`,
    `insert into maskline.number_use (partition, service_sid, number, sid, account_sid, iso_country, area_code, is_reserved, can_call,
       can_text, sessions, added_at)
     select 0, n.service_sid, n.phone_number, n.sid, n.account_sid, 'US', '415', false, true, true,
       maskline.count_sessions(0, n.account_sid, n.service_sid, n.phone_number), now() from maskline.phone_number n`,
    'vacuum (analyze)',
  ]) {
    await writeTo(url, sql);
  }
}

let asked = 0;

/** Every other one has been here before. */
export function nextPerson(participants: number): string {
  asked++;
  const isKnown = asked % 2 === 0;
  return isKnown
    ? `+1628${String((asked * 7919) % (participants / 2)).padStart(7, '0')}`
    : `+1650${String(asked).padStart(7, '0')}`;
}
