-- What the expiry timers share. The truth about deadlines is in maskline.session; all of this could be made anew.

-- Up to where deadlines have been armed. Whoever arms reads it after the events that it arms for, and the feeder commits a
-- later `until` before it looks for the deadlines in between: so one of the two sees every deadline.
create table maskline.expiry_horizon (
  partition int primary key,
  -- In the id of every timer: a queue ignores ids that it knows, so a new epoch arms everything again.
  epoch bigint not null default 0,
  until timestamptz not null default '-infinity',
  -- Timers may have been lost: the feeder starts a new epoch.
  is_doubtful boolean not null default true,
  lease_owner text,
  lease_until timestamptz not null default '-infinity'
) with (fillfactor = 50);

-- The work of expiring is divided by a hash of the session's SID. A slice belongs to whoever drains it; who comes meanwhile
-- says so in `wanted_at`, and the holder looks once more before it lets go.
create table maskline.timer_slice (
  partition int not null,
  slice int not null,
  lease_owner text collate "C",
  lease_until timestamptz not null default '-infinity',
  wanted_at timestamptz not null default '-infinity',
  primary key (partition, slice)
) with (fillfactor = 50);

-- Timers that came too early, or for nothing: the deadline moved later, went, or its service did. Answers those to arm again.
-- Under the head row, as everything that writes rows of the read model, and never from values that were read before.
create function maskline.settle_timers(p int, sids text[]) returns setof timestamptz
  language plpgsql
  set search_path = maskline, pg_catalog
  set lock_timeout = '2s'
as $settle$
begin
  perform from partition_head h where h.partition = p for update;
  return query
    with settled as (
      update session s
      set timer_at = case when exists (select from service k where k.partition = p and k.sid = s.service_sid) then s.expires_at end
      where s.partition = p and s.sid = any(sids) and s.timer_at <= maskline.clock()
        and (s.expires_at is null or s.expires_at > maskline.clock()
          or not exists (select from service k where k.partition = p and k.sid = s.service_sid))
      returning s.timer_at
    )
    select t.timer_at from settled t where t.timer_at is not null;
end
$settle$;
