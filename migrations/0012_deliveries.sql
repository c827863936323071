-- Callbacks to the servers of our users: what they are to be told, every attempt to tell them, and what goes wrong for users.
-- The log says what happened; these tables say what was made known of it. They are no fold of it, so no rebuild touches them.

-- Where a service is told of its interactions. What is known of its health is of the URL that it has now.
create table maskline.delivery_endpoint (
  partition int not null,
  service_sid text collate "C" not null,
  account_sid text collate "C" not null,
  url_digest bytea,
  failures int not null default 0,
  failing_since timestamptz,
  paused_until timestamptz not null default '-infinity',
  disabled_at timestamptz,
  disabled_because text,
  wake_at timestamptz,
  primary key (partition, service_sid)
) with (fillfactor = 50);

comment on column maskline.delivery_endpoint.url_digest is 'SHA-256 of the URL that the health is of: a changed URL begins anew.';
comment on column maskline.delivery_endpoint.failures is 'Attempts that failed since the last one that did not.';
comment on column maskline.delivery_endpoint.wake_at is 'When there is something to do; null for nothing, or nothing before somebody enables it.';

create index delivery_endpoint_wake on maskline.delivery_endpoint (partition, wake_at) where wake_at is not null;
comment on index maskline.delivery_endpoint_wake is 'Endpoints with work, the longest due first.';

create table maskline.delivery (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  session_sid text collate "C" not null,
  interaction_sid text collate "C" not null,
  event_id uuid not null,
  event_type text collate "C" not null,
  -- Where the event is in the session's stream, and where the interaction began there.
  version bigint not null,
  started_version bigint not null,
  -- Whose key opens `request` and the answers.
  subject text collate "C" not null,
  request bytea,
  status text collate "C" not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'canceled')),
  reason text,
  attempts int not null default 0,
  tries int not null default 0,
  next_attempt_at timestamptz,
  give_up_at timestamptz not null,
  claim uuid,
  date_created timestamptz not null,
  date_updated timestamptz not null,
  primary key (partition, sid),
  check ((status = 'pending') = (next_attempt_at is not null))
) with (fillfactor = 70);

comment on column maskline.delivery.request is 'The form, sealed; null once its interaction or session is deleted.';
comment on column maskline.delivery.tries is 'Attempts since it was last ordered; `attempts` counts all of them.';
comment on column maskline.delivery.next_attempt_at is 'While somebody is at it, when it is taken from them.';

create index delivery_list on maskline.delivery (partition, service_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.delivery_list is 'Keyset paging, newest first. For those who name its condition (0008).';
create index delivery_status on maskline.delivery (partition, service_sid, status, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.delivery_status is 'The same of one status: dead letters among many that arrived. For those who name its condition (0008).';
create index delivery_due on maskline.delivery (partition, service_sid, next_attempt_at) where status = 'pending';
comment on index maskline.delivery_due is 'What an endpoint is still to be told, the longest due first.';
create index delivery_claimed on maskline.delivery (partition, service_sid, next_attempt_at) where claim is not null;
comment on index maskline.delivery_claimed is 'What is under way to an endpoint: a handful.';
create index delivery_give_up on maskline.delivery (partition, give_up_at) where status = 'pending';
comment on index maskline.delivery_give_up is 'What nobody tries any more.';
create index delivery_interaction on maskline.delivery (partition, interaction_sid) where interaction_sid > '';
comment on index maskline.delivery_interaction is 'All of an interaction, to erase them. For those who name its condition (0008).';
create index delivery_session on maskline.delivery (partition, session_sid) where session_sid > '';
comment on index maskline.delivery_session is 'All of a session, to erase them. For those who name its condition (0008).';
create index delivery_age on maskline.delivery (partition, date_created) where status <> 'pending';
comment on index maskline.delivery_age is 'The oldest, to forget them.';

create table maskline.delivery_attempt (
  partition int not null,
  delivery_sid text collate "C" not null,
  number int not null,
  -- Without user-info and fragment, as it was called.
  url text,
  status int,
  failure text,
  content_type text,
  answer bytea,
  date_started timestamptz not null,
  date_ended timestamptz,
  primary key (partition, delivery_sid, number)
);

comment on table maskline.delivery_attempt is 'Written before the call: one without an end was cut short, and nobody knows what was heard of it.';
comment on column maskline.delivery_attempt.answer is 'The first bytes of the body, sealed by the subject of the delivery; null once that is gone.';

create table maskline.alert (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C",
  session_sid text collate "C",
  interaction_sid text collate "C",
  code int not null,
  why text,
  date_created timestamptz not null,
  primary key (partition, sid)
);

comment on table maskline.alert is 'What Twilio''s debugger would be told, for a time: SIDs and codes, never a number or a text.';

create index alert_list on maskline.alert (partition, account_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.alert_list is 'Keyset paging, newest first. For those who name its condition (0008).';
create index alert_age on maskline.alert (partition, date_created);
comment on index maskline.alert_age is 'The oldest, to forget them.';

-- Takes deliveries on, each once however often its event is seen, and wakes their endpoints: a JSON array of rows. Answers how
-- many were new.
create function maskline.add_deliveries(p int, rows jsonb, days int) returns int
  language plpgsql
  set search_path = maskline, pg_catalog
as $add$
declare
  now timestamptz := maskline.clock();
  added int;
begin
  with wanted as (
    insert into delivery (partition, sid, account_sid, service_sid, session_sid, interaction_sid, event_id, event_type, version,
      started_version, subject, request, next_attempt_at, give_up_at, date_created, date_updated)
    select p, r.sid, r.account_sid, r.service_sid, r.session_sid, r.interaction_sid, r.event_id, r.event_type, r.version,
      r.started_version, r.subject, decode(r.request, 'base64'), now, now + make_interval(days => days), now, now
    from jsonb_to_recordset(rows) r(sid text, account_sid text, service_sid text, session_sid text, interaction_sid text, event_id uuid,
      event_type text, version bigint, started_version bigint, subject text, request text)
    on conflict (partition, sid) do nothing
    returning service_sid, account_sid
  ), woken as (
    insert into delivery_endpoint as e (partition, service_sid, account_sid, wake_at)
    select distinct p, w.service_sid, w.account_sid, now from wanted w
    order by 2
    on conflict (partition, service_sid) do update
    set wake_at = case when e.disabled_at is null then least(e.wake_at, greatest(excluded.wake_at, e.paused_until)) end
  )
  select count(*) into added from wanted;
  return added;
end
$add$;

-- Takes up to `most` deliveries that are due at an endpoint, counting those under way already, for so many seconds; one at a time
-- while it does nothing but fail. Each gets the row of its attempt, before the call. The endpoint's row is locked first, as by all that changes it.
create function maskline.claim_deliveries(p int, service text, most int, seconds int, by uuid)
  returns table (sid text, account_sid text, session_sid text, interaction_sid text, event_id uuid, subject text, request bytea, number int,
    tries int, url text)
  language plpgsql
  set search_path = maskline, pg_catalog
  set enable_seqscan = off
as $claim$
#variable_conflict use_column
declare
  now timestamptz := maskline.clock();
  endpoint delivery_endpoint;
  target text;
  digest bytea;
  room int;
begin
  select * into endpoint from delivery_endpoint e where e.partition = p and e.service_sid = service for update;
  if not found then
    return;
  end if;

  select k.callback_url into target from service k where k.partition = p and k.sid = service;
  if target is null then
    update delivery d set status = 'canceled', reason = 'no-url', next_attempt_at = null, claim = null, date_updated = now
    where d.partition = p and d.service_sid = service and d.status = 'pending';
    update delivery_endpoint e set wake_at = null where e.partition = p and e.service_sid = service;
    return;
  end if;

  digest := sha256(convert_to(target, 'UTF8'));
  if endpoint.url_digest is distinct from digest then
    endpoint.failures := 0;
    endpoint.failing_since := null;
    endpoint.paused_until := '-infinity';
    endpoint.disabled_at := null;
    endpoint.disabled_because := null;
  end if;

  if endpoint.disabled_at is null and endpoint.paused_until <= now then
    select case when endpoint.failures >= 3 then 1 else most end - count(*) into room from delivery d
    where d.partition = p and d.service_sid = service and d.claim is not null and d.next_attempt_at > now;

    return query
      with due as (
        select o.sid from delivery o where o.partition = p and o.service_sid = service and o.status = 'pending' and o.next_attempt_at <= now
          and o.give_up_at > now
        order by o.next_attempt_at limit greatest(room, 0)
      ), taken as (
        update delivery d
        set claim = by, next_attempt_at = now + make_interval(secs => seconds), attempts = d.attempts + 1, tries = d.tries + 1, date_updated = now
        from due where d.partition = p and d.sid = due.sid
        returning d.*
      ), begun as (
        insert into delivery_attempt (partition, delivery_sid, number, date_started) select p, t.sid, t.attempts, now from taken t
      )
      select t.sid, t.account_sid, t.session_sid, t.interaction_sid, t.event_id, t.subject, t.request, t.attempts, t.tries, target
      from taken t;
  end if;

  update delivery_endpoint e
  set url_digest = digest, failures = endpoint.failures, failing_since = endpoint.failing_since, paused_until = endpoint.paused_until,
    disabled_at = endpoint.disabled_at, disabled_because = endpoint.disabled_because,
    wake_at = case when endpoint.disabled_at is null then maskline.next_delivery(p, service, endpoint.paused_until) end
  where e.partition = p and e.service_sid = service;
end
$claim$;

-- When an endpoint has something to be told next; null for never.
create function maskline.next_delivery(p int, service text, paused_until timestamptz) returns timestamptz
  language plpgsql stable
  set search_path = maskline, pg_catalog
  set enable_seqscan = off
as $next$
declare
  first timestamptz;
begin
  select d.next_attempt_at into first from delivery d
  where d.partition = p and d.service_sid = service and d.status = 'pending' order by d.next_attempt_at limit 1;
  return case when first is not null then greatest(first, paused_until) end;
end
$next$;

-- What became of an attempt. It counts for the delivery only while nobody else has taken that meanwhile, unless it arrived: that is
-- so, whoever hears of it. `again` is milliseconds, null for no more attempts; an
-- endpoint that does nothing but fail is left alone for seconds that double. Answers why the endpoint was disabled by it, if it was.
create function maskline.finish_attempt(
  p int, delivery_sid text, attempt int, by uuid, url text, called_digest bytea, http_status int, failure text, content_type text, answer bytea,
  again bigint, longest_pause int, disable_after int
) returns text
  language plpgsql
  set search_path = maskline, pg_catalog
  set enable_seqscan = off
as $finish$
#variable_conflict use_variable
declare
  now timestamptz := maskline.clock();
  told delivery;
  endpoint delivery_endpoint;
  disabled text;
begin
  select d.* into told from delivery d where d.partition = p and d.sid = delivery_sid;
  if not found then
    return null;
  end if;
  select e.* into endpoint from delivery_endpoint e where e.partition = p and e.service_sid = told.service_sid for update;
  update delivery_attempt a
  set url = finish_attempt.url, status = http_status, failure = finish_attempt.failure, content_type = finish_attempt.content_type,
    answer = finish_attempt.answer, date_ended = now
  where a.partition = p and a.delivery_sid = finish_attempt.delivery_sid and a.number = attempt;

  if failure is null then
    update delivery d set status = 'delivered', reason = null, next_attempt_at = null, claim = null, date_updated = now
    where d.partition = p and d.sid = finish_attempt.delivery_sid and d.status <> 'canceled';
  else
    update delivery d
    set status = case when again is null then 'failed' else 'pending' end, reason = finish_attempt.failure,
      next_attempt_at = now + again * interval '1 ms', claim = null, date_updated = now
    where d.partition = p and d.sid = finish_attempt.delivery_sid and d.claim = by and d.status = 'pending';
  end if;

  -- Of another URL by now, so it says nothing about this one.
  if endpoint.url_digest = called_digest then
    if failure is null then
      endpoint.failures := 0;
      endpoint.failing_since := null;
      endpoint.paused_until := '-infinity';
    else
      endpoint.failures := endpoint.failures + 1;
      endpoint.failing_since := coalesce(endpoint.failing_since, now);
      -- One failure among many successes holds nobody up.
      if endpoint.failures >= 3 then
        endpoint.paused_until := now + least(longest_pause, 2 ^ least(endpoint.failures - 2, 20)) * interval '1 second';
      end if;
      disabled := case
        when http_status = 410 then 'gone'
        when disable_after > 0 and endpoint.failing_since <= now - make_interval(days => disable_after) then 'failing'
      end;
      if endpoint.disabled_at is null and disabled is not null then
        endpoint.disabled_at := now;
        endpoint.disabled_because := disabled;
      else
        disabled := null;
      end if;
    end if;
  end if;
  update delivery_endpoint e
  set failures = endpoint.failures, failing_since = endpoint.failing_since, paused_until = endpoint.paused_until,
    disabled_at = endpoint.disabled_at, disabled_because = endpoint.disabled_because,
    wake_at = case when endpoint.disabled_at is null then maskline.next_delivery(p, told.service_sid, endpoint.paused_until) end
  where e.partition = p and e.service_sid = told.service_sid;
  return disabled;
end
$finish$;

-- What nobody may know any more: deliveries of interactions and sessions that are deleted. Their keys are gone already, so nothing
-- that is left here can be read; this takes it away, and tells nobody of it any more.
create function maskline.erase_deliveries(p int, interactions text[], sessions text[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
  set enable_seqscan = off
as $erase$
declare
  now timestamptz := maskline.clock();
  gone text[];
begin
  with erased as (
    update delivery d
    set request = null, claim = null, next_attempt_at = null, date_updated = now,
      status = case when d.status = 'pending' then 'canceled' else d.status end,
      reason = case when d.status = 'pending' then 'erased' else d.reason end
    where d.partition = p and d.request is not null and d.sid in (
      select i.sid from delivery i where i.partition = p and i.interaction_sid = any(interactions) and i.interaction_sid > ''
      union all
      select s.sid from delivery s where s.partition = p and s.session_sid = any(sessions) and s.session_sid > ''
    )
    returning d.sid
  )
  select array_agg(e.sid) into gone from erased e;
  update delivery_attempt a set answer = null where a.partition = p and a.delivery_sid = any(gone) and a.answer is not null;
end
$erase$;
