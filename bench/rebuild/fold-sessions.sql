-- Every session's row from its events. One walk along the index of streams, without a sort and without a join: as quick as joins of
-- each type's events, quicker than jsonb_to_record, and more memory for a hash brings nothing (0.35 s for 82,000 events).
with folded as (
  select partition, stream_id as sid, max(version) as version,
    (array_agg(data) filter (where type = 'SessionCreated'))[1] as created,
    min(occurred_at) filter (where type = 'SessionCreated') as date_created,
    max(occurred_at) as date_updated,
    -- The greatest array is that of the last version.
    (max(array[version, (data -> 'ttl')::bigint]) filter (where type in ('SessionCreated', 'SessionTtlChanged')))[2]::int as ttl,
    (array_agg(data) filter (where type = 'SessionClosed'))[1] as closed,
    max(occurred_at) filter (where type = 'SessionClosed') as date_ended
  from maskline.event
  where type in ('SessionCreated', 'SessionTtlChanged', 'SessionClosed')
  group by partition, stream_id
)
insert into public.session_by_sql (partition, sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl,
  date_ended, date_expiry, expires_at, timer_at, version, date_created, date_updated)
select partition, sid, created ->> 'accountSid', created ->> 'serviceSid', created ->> 'uniqueName',
  case when closed is null then 'open' else 'closed' end, closed ->> 'reason', created ->> 'mode', ttl,
  date_ended, (created ->> 'dateExpiry')::timestamptz, expires_at, expires_at, version, date_created, date_updated
from folded
cross join lateral (
  select case when closed is null
    then coalesce((created ->> 'dateExpiry')::timestamptz, date_created + nullif(ttl, 0) * interval '1 second') end as expires_at
) deadline
