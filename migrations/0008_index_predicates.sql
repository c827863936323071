-- Which index a statement takes is no longer left to chance. While a table is small all indexes that start with the partition
-- cost the planner the same, it takes one of them, and a prepared statement keeps it: a session looked up by its SID was seen to
-- walk all sessions of its service, until autovacuum came by a minute later. So an index beside the primary key is partial, by a
-- condition that always holds and of columns that never change (or HOT updates would end): only who names the condition can
-- take the index, and for them it is cheaper, since it answers the condition.

drop index maskline.session_list;
create index session_list on maskline.session (partition, service_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.session_list is
  'Keyset paging, newest first; also the sessions that a deleted service leaves behind. For those who name its condition (0008).';

drop index maskline.service_list;
create index service_list on maskline.service (partition, account_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.service_list is 'Keyset paging, newest first. For those who name its condition (0008).';

-- Its name can change, but a service is renamed once in a while only.
drop index maskline.service_name;
create unique index service_name on maskline.service (partition, account_sid, unique_name) where unique_name > '';
comment on index maskline.service_name is
  'Finds a service by its name; a backstop behind the claim. For those who name its condition (0008).';

-- As before, but session by session: `sid = any(sids)` becomes a filter over all of the partition when the table is small. And
-- `coalesce` hides from the planner that the timer is not null, which would let it take the index of timers.
create or replace function maskline.settle_timers(p int, sids text[]) returns setof timestamptz
  language plpgsql
  set search_path = maskline, pg_catalog
  set lock_timeout = '2s'
as $settle$
declare
  due text;
begin
  perform from partition_head h where h.partition = p for update;
  foreach due in array sids loop
    return query
      with settled as (
        update session s
        set timer_at = case when exists (select from service k where k.partition = p and k.sid = s.service_sid) then s.expires_at end
        where s.partition = p and s.sid = due and coalesce(s.timer_at, 'infinity') <= maskline.clock()
          and (s.expires_at is null or s.expires_at > maskline.clock()
            or not exists (select from service k where k.partition = p and k.sid = s.service_sid))
        returning s.timer_at
      )
      select t.timer_at from settled t where t.timer_at is not null;
  end loop;
end
$settle$;
