-- What masking needs: the pools of numbers, and who is and what was said in a session, as rows that REST shows. As everything
-- in the read model they are written in the transaction of their events.

create table maskline.phone_number (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  phone_number text collate "C" not null,
  friendly_name text not null,
  iso_country text not null,
  capabilities jsonb not null,
  is_reserved boolean not null,
  version bigint not null,
  date_created timestamptz not null,
  date_updated timestamptz not null,
  primary key (partition, sid)
);

create index phone_number_list on maskline.phone_number (partition, service_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.phone_number_list is 'Keyset paging, newest first. For those who name its condition (0008).';
create unique index phone_number_number on maskline.phone_number (partition, account_sid, phone_number) where phone_number > '';
comment on index maskline.phone_number_number is
  'Finds the pool that a number is in; a backstop behind the claim. For those who name its condition (0008).';

create table maskline.short_code (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  short_code text collate "C" not null,
  iso_country text not null,
  capabilities jsonb not null,
  is_reserved boolean not null,
  version bigint not null,
  date_created timestamptz not null,
  date_updated timestamptz not null,
  primary key (partition, sid)
);

create index short_code_list on maskline.short_code (partition, service_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.short_code_list is 'Keyset paging, newest first. For those who name its condition (0008).';
create unique index short_code_number on maskline.short_code (partition, account_sid, short_code) where short_code > '';
comment on index maskline.short_code_number is
  'Finds the pool that a short code is in; a backstop behind the claim. For those who name its condition (0008).';

create table maskline.participant (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  session_sid text collate "C" not null,
  identifier text collate "C",
  friendly_name text,
  proxy_identifier text collate "C" not null,
  proxy_identifier_sid text collate "C" not null,
  date_deleted timestamptz,
  date_created timestamptz not null,
  date_updated timestamptz not null,
  primary key (partition, sid)
);

comment on column maskline.participant.identifier is 'Null only in a row that was made again after its session''s key was lost.';

create index participant_list on maskline.participant (partition, session_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.participant_list is
  'Keyset paging, newest first; all of a session, to delete them. For those who name its condition (0008).';
create index participant_person on maskline.participant (partition, service_sid, identifier, proxy_identifier, date_created desc)
  where identifier > '';
comment on index maskline.participant_person is
  'Where somebody has been: the numbers they had before, and the sessions with each. For those who name its condition (0008).';

create table maskline.interaction (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  session_sid text collate "C" not null,
  type text not null,
  data text,
  media_urls jsonb not null,
  inbound_participant_sid text collate "C",
  inbound_resource_sid text collate "C",
  inbound_resource_status text,
  inbound_resource_type text,
  inbound_resource_url text,
  outbound_participant_sid text collate "C",
  outbound_resource_sid text collate "C",
  outbound_resource_status text,
  outbound_resource_type text,
  outbound_resource_url text,
  attempts int not null,
  is_pending boolean not null,
  date_created timestamptz not null,
  date_updated timestamptz not null,
  primary key (partition, sid)
) with (fillfactor = 80);

create index interaction_list on maskline.interaction (partition, session_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.interaction_list is
  'Keyset paging, newest first; all of a session, to delete them. For those who name its condition (0008).';
create index interaction_sent on maskline.interaction (partition, outbound_participant_sid, date_created desc, sid desc)
  where inbound_participant_sid is null;
comment on index maskline.interaction_sent is 'Keyset paging of what the account itself sent to a participant.';
create index interaction_pending on maskline.interaction (partition, date_created) where is_pending;
comment on index maskline.interaction_pending is 'Messages that the carrier does not have yet: few at any time.';
create index interaction_inbound on maskline.interaction (partition, inbound_resource_sid) where inbound_resource_sid is not null;
comment on index maskline.interaction_inbound is 'What the carrier reports of is known by its own SID.';
create index interaction_outbound on maskline.interaction (partition, outbound_resource_sid) where outbound_resource_sid is not null;
comment on index maskline.interaction_outbound is 'What the carrier reports of is known by its own SID.';

-- The pools as number selection sees them. Not folded from events: the sessions are counted as they take and release pairs.
create table maskline.number_use (
  partition int not null,
  service_sid text collate "C" not null,
  number text collate "C" not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  iso_country text not null,
  area_code text collate "C",
  is_reserved boolean not null,
  can_call boolean not null,
  can_text boolean not null,
  sessions int not null,
  added_at timestamptz not null,
  primary key (partition, service_sid, number)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

comment on table maskline.number_use is 'One row for each number and short code of a pool, in the transactions of the events, under the head row.';
comment on column maskline.number_use.area_code is 'Of a North American number; else null.';
comment on column maskline.number_use.sessions is 'Active sessions that hold a pair with the number, each counted once.';

create index number_use_order on maskline.number_use (partition, service_sid, is_reserved, sessions, added_at, sid)
  where added_at > '-infinity';
comment on index maskline.number_use_order is
  'The order in which numbers are given out: least used first, then oldest. For those who name its condition (0008).';

-- Numbers for people who have none yet (contract §13.3), one row for each of the wishes, in their order; null where there is none.
-- Of `countries` and `areas` each element is a list with commas, or null for any. In plpgsql for its settings, as append: planned
-- while the tables were small, plain SQL walked the whole pool and all that a person had behind them, which took seconds. Each
-- probe is its own (`offset 0`), and the walk along the index of numbers ends at the first that fits.
create function maskline.pick_numbers(
  partitions int[], accounts text[], services text[], identifiers text[], voice boolean[], sms boolean[], countries text[], areas text[],
  sticky boolean[], unused boolean[]
) returns table (picked_sid text, picked_number text, picked_version bigint)
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
  nations text[];
  codes text[];
begin
  for i in 1 .. cardinality(partitions) loop
    p := partitions[i];
    account := accounts[i];
    service := services[i];
    person := identifiers[i];
    nations := string_to_array(countries[i], ',');
    codes := string_to_array(areas[i], ',');
    picked_sid := null;
    picked_number := null;
    if sticky[i] then
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
        and (not voice[i] or u.can_call) and (not sms[i] or u.can_text)
        and (nations is null or u.iso_country = any (nations)) and (codes is null or u.area_code = any (codes))
        and (not unused[i] or u.sessions = 0) and not pair_is_taken(p, account, service, u.number, person)
      order by last.at desc, u.sid limit 1;
    else
      -- One that they never had.
      select u.sid, u.number into picked_sid, picked_number
      from number_use u
      where u.added_at > '-infinity' and u.partition = p and u.service_sid = service and not u.is_reserved
        and (not voice[i] or u.can_call) and (not sms[i] or u.can_text)
        and (nations is null or u.iso_country = any (nations)) and (codes is null or u.area_code = any (codes))
        and (not unused[i] or u.sessions = 0)
        and not exists (
          select from participant r
          where r.partition = p and r.service_sid = service and r.identifier = person and r.identifier > '' and r.proxy_identifier = u.number
          offset 0
        )
        and not pair_is_taken(p, account, service, u.number, person)
      order by u.sessions, u.added_at, u.sid limit 1;
    end if;
    if picked_sid is null then
      select u.sid, u.number into picked_sid, picked_number
      from number_use u
      where u.added_at > '-infinity' and u.partition = p and u.service_sid = service and not u.is_reserved
        and (not voice[i] or u.can_call) and (not sms[i] or u.can_text)
        and (nations is null or u.iso_country = any (nations)) and (codes is null or u.area_code = any (codes))
        and (not unused[i] or u.sessions = 0) and not pair_is_taken(p, account, service, u.number, person)
      order by u.sessions, u.added_at, u.sid limit 1;
    end if;
    picked_version := coalesce(
      (select n.version from phone_number n where n.partition = p and n.sid = picked_sid),
      (select n.version from short_code n where n.partition = p and n.sid = picked_sid));
    return next;
  end loop;
end
$pick$;

-- Whether another session has a number with somebody. One that has run out holds its pairs until its event comes, but whoever wants
-- one has the store write that event first: so they count as free.
create function maskline.pair_is_taken(p int, account text, service text, number text, person text) returns boolean
  language plpgsql stable
  set enable_seqscan = off
as $taken$
begin
  return exists (
    select from maskline.claim c
    where c.partition = p and c.account_sid = account and c.kind = 'pair' and c.key = service || '/' || number || '/' || person
      and not exists (
        select from maskline.session s where s.partition = c.partition and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
      )
  );
end
$taken$;

-- Called by append under the head row, with the rows of a batch as {"<table>": [{cmd, …row}], "<table>_gone": [{cmd, sid}],
-- "<table>_below": [{cmd, sid of the stream}], "number_use": [{cmd, service_sid, number, change}]}.
create or replace function maskline.project(p int, rows jsonb, ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $project$
declare
  part jsonb;
  gone record;
begin
  part := rows -> 'session';
  if part is not null then
    insert into session as s (partition, sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl,
      date_started, date_ended, date_last_interaction, date_expiry, date_reopened, expires_at, timer_at, version, date_created, date_updated)
    select p, r.sid, r.account_sid, r.service_sid, r.unique_name, r.status, r.closed_reason, r.mode, r.ttl,
      r.date_started, r.date_ended, r.date_last_interaction, r.date_expiry, r.date_reopened, r.expires_at, r.expires_at, r.version, r.date_created, r.date_updated
    from jsonb_to_recordset(part) r(cmd int, sid text, account_sid text, service_sid text, unique_name text, status text, closed_reason text,
      mode text, ttl int, date_started timestamptz, date_ended timestamptz, date_last_interaction timestamptz, date_expiry timestamptz,
      date_reopened timestamptz, expires_at timestamptz, version bigint, date_created timestamptz, date_updated timestamptz)
    where ok[r.cmd]
    on conflict (partition, sid) do update
    set status = excluded.status, closed_reason = excluded.closed_reason, ttl = excluded.ttl,
      date_started = excluded.date_started, date_ended = excluded.date_ended, date_last_interaction = excluded.date_last_interaction,
      date_expiry = excluded.date_expiry, date_reopened = excluded.date_reopened, expires_at = excluded.expires_at,
      timer_at = case when excluded.expires_at is not null then least(s.timer_at, excluded.expires_at) end,
      version = excluded.version, date_updated = excluded.date_updated;
  end if;

  part := rows -> 'session_gone';
  if part is not null then
    for gone in select r.sid from jsonb_to_recordset(part) r(cmd int, sid text) where ok[r.cmd]
    loop
      delete from session s where s.partition = p and s.sid = gone.sid;
    end loop;
  end if;

  part := rows -> 'service';
  if part is not null then
    insert into service (partition, sid, account_sid, unique_name, default_ttl, callback_url, intercept_callback_url, out_of_session_callback_url,
      geo_match_level, number_selection_behavior, chat_instance_sid, version, date_created, date_updated)
    select p, r.sid, r.account_sid, r.unique_name, r.default_ttl, r.callback_url, r.intercept_callback_url, r.out_of_session_callback_url,
      r.geo_match_level, r.number_selection_behavior, r.chat_instance_sid, r.version, r.date_created, r.date_updated
    from jsonb_to_recordset(part) r(cmd int, sid text, account_sid text, unique_name text, default_ttl int, callback_url text,
      intercept_callback_url text, out_of_session_callback_url text, geo_match_level text, number_selection_behavior text,
      chat_instance_sid text, version bigint, date_created timestamptz, date_updated timestamptz)
    where ok[r.cmd]
    on conflict (partition, sid) do update
    set unique_name = excluded.unique_name, default_ttl = excluded.default_ttl, callback_url = excluded.callback_url,
      intercept_callback_url = excluded.intercept_callback_url, out_of_session_callback_url = excluded.out_of_session_callback_url,
      geo_match_level = excluded.geo_match_level, number_selection_behavior = excluded.number_selection_behavior,
      chat_instance_sid = excluded.chat_instance_sid, version = excluded.version, date_updated = excluded.date_updated;
  end if;

  part := rows -> 'service_gone';
  if part is not null then
    for gone in select r.sid from jsonb_to_recordset(part) r(cmd int, sid text) where ok[r.cmd]
    loop
      delete from service s where s.partition = p and s.sid = gone.sid;
    end loop;
  end if;

  if rows ?| '{participant,participant_gone,participant_below,interaction,interaction_gone,interaction_below}' then
    perform maskline.project_below(p, rows, ok);
  end if;
  if rows ? 'number_use' then
    perform maskline.count_uses(p, rows -> 'number_use', ok);
  end if;
  -- Last, for a number that comes to a pool counts what uses it.
  if rows ?| '{phone_number,phone_number_gone,short_code,short_code_gone}' then
    perform maskline.project_pool(p, rows, ok);
  end if;
end
$project$;

-- The rows below a session. All of them go before new ones come, as their projectors have it.
create function maskline.project_below(p int, rows jsonb, ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $project$
declare
  part jsonb;
  gone record;
begin
  part := rows -> 'participant_below';
  if part is not null then
    for gone in select r.sid from jsonb_to_recordset(part) r(cmd int, sid text) where ok[r.cmd]
    loop
      delete from participant s where s.partition = p and s.session_sid = gone.sid and s.date_created > '-infinity';
    end loop;
  end if;

  part := rows -> 'participant_gone';
  if part is not null then
    for gone in select r.sid from jsonb_to_recordset(part) r(cmd int, sid text) where ok[r.cmd]
    loop
      delete from participant s where s.partition = p and s.sid = gone.sid;
    end loop;
  end if;

  part := rows -> 'participant';
  if part is not null then
    insert into participant (partition, sid, account_sid, service_sid, session_sid, identifier, friendly_name, proxy_identifier,
      proxy_identifier_sid, date_deleted, date_created, date_updated)
    select p, r.sid, r.account_sid, r.service_sid, r.session_sid, r.identifier, r.friendly_name, r.proxy_identifier,
      r.proxy_identifier_sid, r.date_deleted, r.date_created, r.date_updated
    from jsonb_to_recordset(part) r(cmd int, sid text, account_sid text, service_sid text, session_sid text, identifier text,
      friendly_name text, proxy_identifier text, proxy_identifier_sid text, date_deleted timestamptz, date_created timestamptz,
      date_updated timestamptz)
    where ok[r.cmd]
    on conflict (partition, sid) do update set date_deleted = excluded.date_deleted, date_updated = excluded.date_updated;
  end if;

  part := rows -> 'interaction_below';
  if part is not null then
    for gone in select r.sid from jsonb_to_recordset(part) r(cmd int, sid text) where ok[r.cmd]
    loop
      delete from interaction s where s.partition = p and s.session_sid = gone.sid and s.date_created > '-infinity';
    end loop;
  end if;

  part := rows -> 'interaction_gone';
  if part is not null then
    for gone in select r.sid from jsonb_to_recordset(part) r(cmd int, sid text) where ok[r.cmd]
    loop
      delete from interaction s where s.partition = p and s.sid = gone.sid;
    end loop;
  end if;

  part := rows -> 'interaction';
  if part is not null then
    insert into interaction (partition, sid, account_sid, service_sid, session_sid, type, data, media_urls,
      inbound_participant_sid, inbound_resource_sid, inbound_resource_status, inbound_resource_type, inbound_resource_url,
      outbound_participant_sid, outbound_resource_sid, outbound_resource_status, outbound_resource_type, outbound_resource_url,
      attempts, is_pending, date_created, date_updated)
    select p, r.sid, r.account_sid, r.service_sid, r.session_sid, r.type, r.data, r.media_urls,
      r.inbound_participant_sid, r.inbound_resource_sid, r.inbound_resource_status, r.inbound_resource_type, r.inbound_resource_url,
      r.outbound_participant_sid, r.outbound_resource_sid, r.outbound_resource_status, r.outbound_resource_type, r.outbound_resource_url,
      r.attempts, r.is_pending, r.date_created, r.date_updated
    from jsonb_to_recordset(part) r(cmd int, sid text, account_sid text, service_sid text, session_sid text, type text,
      data text, media_urls jsonb, inbound_participant_sid text, inbound_resource_sid text, inbound_resource_status text,
      inbound_resource_type text, inbound_resource_url text, outbound_participant_sid text, outbound_resource_sid text,
      outbound_resource_status text, outbound_resource_type text, outbound_resource_url text, attempts int, is_pending boolean,
      date_created timestamptz, date_updated timestamptz)
    where ok[r.cmd]
    on conflict (partition, sid) do update
    set data = excluded.data, inbound_resource_status = excluded.inbound_resource_status,
      outbound_participant_sid = excluded.outbound_participant_sid, outbound_resource_sid = excluded.outbound_resource_sid,
      outbound_resource_status = excluded.outbound_resource_status, outbound_resource_type = excluded.outbound_resource_type,
      outbound_resource_url = excluded.outbound_resource_url, attempts = excluded.attempts, is_pending = excluded.is_pending,
      date_updated = excluded.date_updated;
  end if;
end
$project$;

-- Sessions that begin or cease to use a number: [{cmd, service_sid, number, change}]. A number that is in no pool is not counted.
create function maskline.count_uses(p int, uses jsonb, ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $uses$
declare
  used record;
begin
  for used in
    select r.service_sid, r.number, sum(r.change)::int as change
    from jsonb_to_recordset(uses) r(cmd int, service_sid text, number text, change int)
    where ok[r.cmd] group by r.service_sid, r.number
  loop
    update number_use u set sessions = u.sessions + used.change
    where u.partition = p and u.service_sid = used.service_sid and u.number = used.number and used.change <> 0;
  end loop;
end
$uses$;

-- The numbers and short codes of the pools, each with the row by which it is found and chosen.
create function maskline.project_pool(p int, rows jsonb, ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $project$
declare
  gone record;
  freed record;
  pooled record;
begin
  for gone in select r.sid from jsonb_to_recordset(rows -> 'phone_number_gone') r(cmd int, sid text) where ok[r.cmd]
  loop
    delete from phone_number s where s.partition = p and s.sid = gone.sid returning s.service_sid, s.phone_number as number into freed;
    delete from number_use u where u.partition = p and u.service_sid = freed.service_sid and u.number = freed.number;
  end loop;

  for pooled in
    select * from jsonb_to_recordset(rows -> 'phone_number') r(cmd int, sid text, account_sid text, service_sid text, phone_number text,
      friendly_name text, iso_country text, capabilities jsonb, is_reserved boolean, version bigint, date_created timestamptz,
      date_updated timestamptz)
    where ok[r.cmd]
  loop
    insert into phone_number (partition, sid, account_sid, service_sid, phone_number, friendly_name, iso_country, capabilities,
      is_reserved, version, date_created, date_updated)
    values (p, pooled.sid, pooled.account_sid, pooled.service_sid, pooled.phone_number, pooled.friendly_name, pooled.iso_country,
      pooled.capabilities, pooled.is_reserved, pooled.version, pooled.date_created, pooled.date_updated)
    on conflict (partition, sid) do update
    set is_reserved = excluded.is_reserved, version = excluded.version, date_updated = excluded.date_updated;
    perform maskline.pool_number(p, pooled.account_sid, pooled.service_sid, pooled.phone_number, pooled.sid, pooled.iso_country,
      pooled.capabilities, pooled.is_reserved, pooled.date_created);
  end loop;

  for gone in select r.sid from jsonb_to_recordset(rows -> 'short_code_gone') r(cmd int, sid text) where ok[r.cmd]
  loop
    delete from short_code s where s.partition = p and s.sid = gone.sid returning s.service_sid, s.short_code as number into freed;
    delete from number_use u where u.partition = p and u.service_sid = freed.service_sid and u.number = freed.number;
  end loop;

  for pooled in
    select * from jsonb_to_recordset(rows -> 'short_code') r(cmd int, sid text, account_sid text, service_sid text, short_code text,
      iso_country text, capabilities jsonb, is_reserved boolean, version bigint, date_created timestamptz, date_updated timestamptz)
    where ok[r.cmd]
  loop
    insert into short_code (partition, sid, account_sid, service_sid, short_code, iso_country, capabilities, is_reserved, version,
      date_created, date_updated)
    values (p, pooled.sid, pooled.account_sid, pooled.service_sid, pooled.short_code, pooled.iso_country, pooled.capabilities,
      pooled.is_reserved, pooled.version, pooled.date_created, pooled.date_updated)
    on conflict (partition, sid) do update
    set is_reserved = excluded.is_reserved, version = excluded.version, date_updated = excluded.date_updated;
    perform maskline.pool_number(p, pooled.account_sid, pooled.service_sid, pooled.short_code, pooled.sid, pooled.iso_country,
      pooled.capabilities, pooled.is_reserved, pooled.date_created);
  end loop;
end
$project$;

-- A number comes to a pool, or is reserved or no longer. Sessions may hold pairs with it already: of before it left the pool.
create function maskline.pool_number(
  p int, account text, service text, digits text, number_sid text, country text, capabilities jsonb, reserved boolean, added timestamptz
) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $pool$
begin
  update number_use u set is_reserved = reserved where u.partition = p and u.service_sid = service and u.number = digits;
  if not found then
    insert into number_use (partition, service_sid, number, sid, account_sid, iso_country, area_code, is_reserved, can_call, can_text,
      sessions, added_at)
    values (p, service, digits, number_sid, account, country, substring(digits from '^\+1(\d{3})\d{7}$'), reserved,
      (capabilities ->> 'voice')::boolean, (capabilities ->> 'sms')::boolean, maskline.count_sessions(p, account, service, digits), added);
  end if;
end
$pool$;

-- How many sessions hold a pair with a number; `0` follows `/` in ASCII.
create function maskline.count_sessions(p int, account text, service text, digits text) returns int
  language plpgsql stable
  set search_path = maskline, pg_catalog
as $count$
begin
  return (
    select count(distinct x.stream_id) from claim x
    where x.partition = p and x.account_sid = account and x.kind = 'pair'
      and x.key >= (service || '/' || digits || '/') collate "C" and x.key < (service || '/' || digits || '0') collate "C"
  );
end
$count$;

create or replace function maskline.rows_of(p int, category text, stream text) returns jsonb
  language plpgsql stable
  set enable_seqscan = off
as $rows$
begin
  case category
    when 'session' then
      return (select jsonb_build_object('session', to_jsonb(s) - '{partition,timer_at}'::text[]) from maskline.session s where s.partition = p and s.sid = stream);
    when 'service' then
      return (select jsonb_build_object('service', to_jsonb(s) - 'partition') from maskline.service s where s.partition = p and s.sid = stream);
    when 'phone-number' then
      return (select jsonb_build_object('phone_number', to_jsonb(s) - 'partition') from maskline.phone_number s where s.partition = p and s.sid = stream);
    when 'short-code' then
      return (select jsonb_build_object('short_code', to_jsonb(s) - 'partition') from maskline.short_code s where s.partition = p and s.sid = stream);
    else
      return null;
  end case;
end
$rows$;

-- Those of the rows below a stream that are asked for, a JSON array of SIDs; by table.
create function maskline.children_of(p int, category text, stream text, sids jsonb) returns jsonb
  language plpgsql stable
  set enable_seqscan = off
as $rows$
begin
  case category
    when 'session' then
      return jsonb_build_object(
        'participant', (
          select coalesce(jsonb_agg(to_jsonb(r) - 'partition'), '[]') from jsonb_array_elements_text(sids) wanted(sid)
          cross join lateral (
            select * from maskline.participant r where r.partition = p and r.sid = wanted.sid and r.session_sid = stream limit 1
          ) r
          where wanted.sid >= 'KP' and wanted.sid < 'KQ'
        ),
        'interaction', (
          select coalesce(jsonb_agg(to_jsonb(r) - 'partition'), '[]') from jsonb_array_elements_text(sids) wanted(sid)
          cross join lateral (
            select * from maskline.interaction r where r.partition = p and r.sid = wanted.sid and r.session_sid = stream limit 1
          ) r
          where wanted.sid >= 'KI' and wanted.sid < 'KJ'
        )
      );
    else
      return null;
  end case;
end
$rows$;
