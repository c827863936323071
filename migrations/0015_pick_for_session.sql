-- What is looked up for a newcomer is one question now: the rules of the service and the mode of the session are read here, where
-- they were asked for before, so the session can be loaded meanwhile.
drop function maskline.pick_numbers(int[], text[], text[], text[], boolean[], boolean[], text[], text[], boolean[], boolean[]);

-- Numbers for people who have none yet (contract §13.3), one row for each of the wishes, in their order; null where there is none,
-- or no such service or session. The mode is that of the wish, or else of the session. Of `countries` each element is a list with
-- commas, or null for any; of `areas` an object of lists by level of geographic match, where any will do for a level that is missing.
-- In plpgsql for its settings, as append: planned while the tables were small, plain SQL walked the whole pool and all that a person
-- had behind them, which took seconds. Each probe is its own (`offset 0`), and the walk along the index of numbers ends at the first
-- that fits. Whether a pair is taken is asked in place, as `pair_is_taken` asks it: a function with settings costs as much as a query.
create function maskline.pick_numbers(
  partitions int[], accounts text[], services text[], sessions text[], modes text[], identifiers text[], countries text[], areas jsonb[],
  unused boolean[]
) returns table (mode text, picked_sid text, picked_number text, picked_version bigint)
  language plpgsql stable
  set search_path = maskline, pg_catalog
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
  set plan_cache_mode = force_generic_plan
as $pick$
declare
  p int;
  account text;
  service text;
  person text;
  level text;
  behavior text;
  voice boolean;
  sms boolean;
  nations text[];
  codes text[];
  past int;
  few constant int := 8;
begin
  for i in 1 .. cardinality(partitions) loop
    p := partitions[i];
    account := accounts[i];
    service := services[i];
    person := identifiers[i];
    picked_sid := null;
    picked_number := null;
    picked_version := null;
    mode := coalesce(
      modes[i],
      (select s.mode from session s
       where s.partition = p and s.sid = sessions[i] and s.account_sid = account and s.service_sid = service));
    select v.geo_match_level, v.number_selection_behavior into level, behavior
    from service v where v.partition = p and v.sid = service and v.account_sid = account;
    if mode is null or behavior is null then
      return next;
      continue;
    end if;
    voice := mode <> 'message-only';
    sms := mode <> 'voice-only';
    nations := string_to_array(countries[i], ',');
    codes := case when areas[i] ? level then array(select jsonb_array_elements_text(areas[i] -> level)) end;
    -- Most people have been in few sessions, and a plain query over them starts sooner than the walk below.
    past := case when behavior = 'prefer-sticky' then (
      select count(*) from (
        select from participant r
        where r.partition = p and r.service_sid = service and r.identifier = person and r.identifier > '' limit few + 1
      ) r
    ) end;
    if past between 1 and few then
      select u.sid, u.number into picked_sid, picked_number
      from participant r
      join number_use u on u.partition = p and u.service_sid = service and u.number = r.proxy_identifier
      where r.partition = p and r.service_sid = service and r.identifier = person and r.identifier > ''
        and not u.is_reserved and (not voice or u.can_call) and (not sms or u.can_text)
        and (nations is null or u.iso_country = any (nations)) and (codes is null or u.area_code = any (codes))
        and (not unused[i] or u.sessions = 0) and not exists (
          select from claim c
          where c.partition = p and c.account_sid = account and c.kind = 'pair' and c.key = service || '/' || u.number || '/' || person
            and not exists (
              select from session s where s.partition = p and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
            )
          offset 0
        )
      order by r.date_created desc, u.sid limit 1;
    elsif past > few then
      -- The number that they had last, of those that fit; from number to number, for somebody may have had thousands of sessions
      -- with a few of them.
      with recursive had as (
        (select r.proxy_identifier as number from participant r
         where r.partition = p and r.service_sid = service and r.identifier = person and r.identifier > ''
         order by r.proxy_identifier limit 1)
        union all
        select (
          select r.proxy_identifier from participant r
          where r.partition = p and r.service_sid = service and r.identifier = person and r.identifier > '' and r.proxy_identifier > h.number
          order by r.proxy_identifier limit 1
        ) from had h where h.number is not null
      )
      select u.sid, u.number into picked_sid, picked_number
      from had h
      cross join lateral (select * from number_use u where u.partition = p and u.service_sid = service and u.number = h.number limit 1) u
      cross join lateral (
        select r.date_created as at from participant r
        where r.partition = p and r.service_sid = service and r.identifier = person and r.identifier > '' and r.proxy_identifier = h.number
        order by r.date_created desc limit 1
      ) last
      where h.number is not null and not u.is_reserved
        and (not voice or u.can_call) and (not sms or u.can_text)
        and (nations is null or u.iso_country = any (nations)) and (codes is null or u.area_code = any (codes))
        and (not unused[i] or u.sessions = 0) and not exists (
          select from claim c
          where c.partition = p and c.account_sid = account and c.kind = 'pair' and c.key = service || '/' || u.number || '/' || person
            and not exists (
              select from session s where s.partition = p and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
            )
          offset 0
        )
      order by last.at desc, u.sid limit 1;
    elsif behavior <> 'prefer-sticky' then
      -- One that they never had.
      select u.sid, u.number into picked_sid, picked_number
      from number_use u
      where u.added_at > '-infinity' and u.partition = p and u.service_sid = service and not u.is_reserved
        and (not voice or u.can_call) and (not sms or u.can_text)
        and (nations is null or u.iso_country = any (nations)) and (codes is null or u.area_code = any (codes))
        and (not unused[i] or u.sessions = 0)
        and not exists (
          select from participant r
          where r.partition = p and r.service_sid = service and r.identifier = person and r.identifier > '' and r.proxy_identifier = u.number
          offset 0
        )
        and not exists (
          select from claim c
          where c.partition = p and c.account_sid = account and c.kind = 'pair' and c.key = service || '/' || u.number || '/' || person
            and not exists (
              select from session s where s.partition = p and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
            )
          offset 0
        )
      order by u.sessions, u.added_at, u.sid limit 1;
    end if;
    if picked_sid is null then
      select u.sid, u.number into picked_sid, picked_number
      from number_use u
      where u.added_at > '-infinity' and u.partition = p and u.service_sid = service and not u.is_reserved
        and (not voice or u.can_call) and (not sms or u.can_text)
        and (nations is null or u.iso_country = any (nations)) and (codes is null or u.area_code = any (codes))
        and (not unused[i] or u.sessions = 0) and not exists (
          select from claim c
          where c.partition = p and c.account_sid = account and c.kind = 'pair' and c.key = service || '/' || u.number || '/' || person
            and not exists (
              select from session s where s.partition = p and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
            )
          offset 0
        )
      order by u.sessions, u.added_at, u.sid limit 1;
    end if;
    picked_version := coalesce(
      (select n.version from phone_number n where n.partition = p and n.sid = picked_sid),
      (select n.version from short_code n where n.partition = p and n.sid = picked_sid));
    return next;
  end loop;
end
$pick$;
