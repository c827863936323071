/** A number of any pool of the account, by itself or by its SID. */
export const named = `
  select n.sid, n.number, n.version, n.service_sid as "serviceSid", maskline.pair_is_taken(r.partition, r.account, r.service, n.number, r.identifier) as "isTaken"
  from (select $1::int as partition, $2::text as account, $3::text as service, $4::text as identifier) r
  cross join lateral (
    select sid, phone_number as number, version, service_sid from maskline.phone_number
    where partition = r.partition and account_sid = r.account and phone_number = $5 and phone_number > ''
    union all
    select sid, short_code, version, service_sid from maskline.short_code
    where partition = r.partition and account_sid = r.account and short_code = $5 and short_code > ''
    union all
    select sid, phone_number, version, service_sid from maskline.phone_number
    where partition = r.partition and account_sid = r.account and sid = $6
    union all
    select sid, short_code, version, service_sid from maskline.short_code
    where partition = r.partition and account_sid = r.account and sid = $6
  ) n
  limit 1`;

/** The numbers that the participants of a session have who are still in it, as far as the pool of its service has them. */
export const held = `
  select n.sid, n.number, n.version
  from maskline.participant p
  left join lateral (
    select sid, phone_number as number, version from maskline.phone_number
    where partition = p.partition and sid = p.proxy_identifier_sid and service_sid = p.service_sid
    union all
    select sid, short_code, version from maskline.short_code
    where partition = p.partition and sid = p.proxy_identifier_sid and service_sid = p.service_sid
  ) n on true
  where p.partition = $1 and p.account_sid = $2 and p.session_sid = $3 and p.date_deleted is null and p.date_created > '-infinity'`;
