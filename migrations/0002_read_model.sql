-- The rows that REST shows, written in the transaction of the events that they come from.

create table maskline.service (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  unique_name text collate "C" not null,
  default_ttl int not null,
  callback_url text,
  intercept_callback_url text,
  out_of_session_callback_url text,
  geo_match_level text not null,
  number_selection_behavior text not null,
  chat_instance_sid text,
  version bigint not null,
  date_created timestamptz not null,
  date_updated timestamptz not null,
  primary key (partition, sid)
);

create unique index service_name on maskline.service (partition, account_sid, unique_name);
comment on index maskline.service_name is 'Finds a service by its name; a backstop behind the claim.';
create index service_list on maskline.service (partition, account_sid, date_created desc, sid desc);
comment on index maskline.service_list is 'Keyset paging, newest first.';

create table maskline.session (
  partition int not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  unique_name text collate "C",
  status text not null,
  closed_reason text,
  mode text not null,
  ttl int not null,
  date_started timestamptz,
  date_ended timestamptz,
  date_last_interaction timestamptz,
  date_expiry timestamptz,
  date_reopened timestamptz,
  expires_at timestamptz,
  timer_at timestamptz,
  version bigint not null,
  date_created timestamptz not null,
  date_updated timestamptz not null,
  primary key (partition, sid)
) with (fillfactor = 80);

comment on column maskline.session.timer_at is
  'At or before expires_at: when to look at the session again. Not event-sourced: a deadline that moves later leaves it and its index alone.';

create unique index session_name on maskline.session (partition, service_sid, unique_name) where unique_name is not null;
comment on index maskline.session_name is 'Finds a session by its name; a backstop behind the claim.';
create index session_list on maskline.session (partition, service_sid, date_created desc, sid desc);
comment on index maskline.session_list is 'Keyset paging, newest first; also the sessions that a deleted service leaves behind.';
create index session_timer on maskline.session (partition, timer_at) where timer_at is not null;
comment on index maskline.session_timer is 'What falls due. No status in the predicate: it would cost the HOT update of every interaction.';

-- Called by append under the head row, with the rows of a batch as {"<table>": [{cmd, …row}], "<table>_gone": [{cmd, sid}]}.
create function maskline.project(p int, rows jsonb, ok boolean[]) returns void
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
end
$project$;

-- The rows of a stream as its projectors left them, by table: what the load hands to the next projection.
-- In plpgsql, whose plans are kept: a function in SQL is started anew for each stream, which cost a third of a whole command.
create function maskline.rows_of(p int, category text, stream text) returns jsonb
  language plpgsql stable
  set enable_seqscan = off
as $rows$
begin
  case category
    when 'session' then
      return (select jsonb_build_object('session', to_jsonb(s) - '{partition,timer_at}'::text[]) from maskline.session s where s.partition = p and s.sid = stream);
    when 'service' then
      return (select jsonb_build_object('service', to_jsonb(s) - 'partition') from maskline.service s where s.partition = p and s.sid = stream);
    else
      return null;
  end case;
end
$rows$;
