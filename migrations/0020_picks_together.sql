-- Numbers for people who have none yet (contract §13.3), one row for each of the wishes, in their order; null where there is none,
-- or no such service or session. The mode is that of the wish, or else of the session. Of `countries` each element is a list with
-- commas, or null for any; of `areas` an object of lists by level of geographic match, where any will do for a level that is missing.
-- One statement for all wishes of a moment: one for each step of each wish took twice as long for twenty, and a sixth less for one.
-- The branches are looked at in their order until one has a number. In plpgsql for its settings, as append: planned while the tables
-- were small, plain SQL walked the whole pool and all that a person had behind them, which took seconds. Each probe is its own
-- (`offset 0`), and the walk along the index of numbers ends at the first that fits. Whether a pair is taken is asked in place, as
-- `pair_is_taken` asks it: a function with settings costs as much as a query.
create or replace function maskline.pick_numbers(
  partitions int[], accounts text[], services text[], sessions text[], modes text[], identifiers text[], countries text[], areas jsonb[],
  unused boolean[]
) returns table (mode text, picked_sid text, picked_number text, picked_version bigint)
  language plpgsql stable
  set search_path = maskline, pg_catalog
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
  set enable_memoize = off set jit = off
  set plan_cache_mode = force_generic_plan
as $pick$
#variable_conflict use_column
begin
  return query
  select s.mode, u.sid, u.number, coalesce(
    (select n.version from phone_number n where n.partition = w.p and n.sid = u.sid),
    (select n.version from short_code n where n.partition = w.p and n.sid = u.sid))
  from unnest(partitions, accounts, services, sessions, modes, identifiers, countries, areas, unused)
    with ordinality w(p, account, service, session, mode, person, countries, areas, unused, i)
  cross join lateral (
    select coalesce(w.mode, (
      select s.mode from session s
      where s.partition = w.p and s.sid = w.session and s.account_sid = w.account and s.service_sid = w.service)) as mode
    offset 0
  ) s
  left join lateral (
    select v.number_selection_behavior as behavior, s.mode <> 'message-only' as voice, s.mode <> 'voice-only' as sms,
      string_to_array(w.countries, ',') as nations,
      case when w.areas ? v.geo_match_level then array(select jsonb_array_elements_text(w.areas -> v.geo_match_level)) end as codes
    from service v where v.partition = w.p and v.sid = w.service and v.account_sid = w.account and s.mode is not null
  ) v on true
  left join lateral (
    -- The number that they had last, of those that fit; from number to number, for somebody may have had thousands of sessions with a
    -- few of them.
    (with recursive had as (
      (select r.proxy_identifier as number from participant r
       where v.behavior = 'prefer-sticky' and r.partition = w.p and r.service_sid = w.service and r.identifier = w.person and r.identifier > ''
       order by r.proxy_identifier limit 1)
      union all
      select (
        select r.proxy_identifier from participant r
        where r.partition = w.p and r.service_sid = w.service and r.identifier = w.person and r.identifier > '' and r.proxy_identifier > h.number
        order by r.proxy_identifier limit 1
      ) from had h where h.number is not null
    )
    select u.sid, u.number
    from had h
    cross join lateral (select * from number_use u where u.partition = w.p and u.service_sid = w.service and u.number = h.number limit 1) u
    cross join lateral (
      select r.date_created as at from participant r
      where r.partition = w.p and r.service_sid = w.service and r.identifier = w.person and r.identifier > '' and r.proxy_identifier = h.number
      order by r.date_created desc limit 1
    ) last
    where h.number is not null and not u.is_reserved
      and (not v.voice or u.can_call) and (not v.sms or u.can_text)
      and (v.nations is null or u.iso_country = any (v.nations)) and (v.codes is null or u.area_code = any (v.codes))
      and (not w.unused or u.sessions = 0) and not exists (
        select from claim c
        where c.partition = w.p and c.account_sid = w.account and c.kind = 'pair' and c.key = w.service || '/' || u.number || '/' || w.person
          and not exists (
            select from session s where s.partition = w.p and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
          )
        offset 0
      )
    order by last.at desc, u.sid limit 1)
    union all
    -- One that they never had.
    (select u.sid, u.number
    from number_use u
    where v.behavior <> 'prefer-sticky' and u.added_at > '-infinity' and u.partition = w.p and u.service_sid = w.service and not u.is_reserved
      and (not v.voice or u.can_call) and (not v.sms or u.can_text)
      and (v.nations is null or u.iso_country = any (v.nations)) and (v.codes is null or u.area_code = any (v.codes))
      and (not w.unused or u.sessions = 0)
      and not exists (
        select from participant r
        where r.partition = w.p and r.service_sid = w.service and r.identifier = w.person and r.identifier > '' and r.proxy_identifier = u.number
        offset 0
      )
      and not exists (
        select from claim c
        where c.partition = w.p and c.account_sid = w.account and c.kind = 'pair' and c.key = w.service || '/' || u.number || '/' || w.person
          and not exists (
            select from session s where s.partition = w.p and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
          )
        offset 0
      )
    order by u.sessions, u.added_at, u.sid limit 1)
    union all
    -- Any that is free for them.
    (select u.sid, u.number
    from number_use u
    where v.behavior is not null and u.added_at > '-infinity' and u.partition = w.p and u.service_sid = w.service and not u.is_reserved
      and (not v.voice or u.can_call) and (not v.sms or u.can_text)
      and (v.nations is null or u.iso_country = any (v.nations)) and (v.codes is null or u.area_code = any (v.codes))
      and (not w.unused or u.sessions = 0) and not exists (
        select from claim c
        where c.partition = w.p and c.account_sid = w.account and c.kind = 'pair' and c.key = w.service || '/' || u.number || '/' || w.person
          and not exists (
            select from session s where s.partition = w.p and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
          )
        offset 0
      )
    order by u.sessions, u.added_at, u.sid limit 1)
    limit 1
  ) u on true
  order by w.i;
end
$pick$;
