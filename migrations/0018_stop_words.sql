alter table maskline.service add column respects_stop_words boolean;
comment on column maskline.service.respects_stop_words is
  'Whether opt-out words are kept from the partner; null for what the setting of the installation says.';

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
      geo_match_level, number_selection_behavior, chat_instance_sid, respects_stop_words, version, date_created, date_updated)
    select p, r.sid, r.account_sid, r.unique_name, r.default_ttl, r.callback_url, r.intercept_callback_url, r.out_of_session_callback_url,
      r.geo_match_level, r.number_selection_behavior, r.chat_instance_sid, r.respects_stop_words, r.version, r.date_created, r.date_updated
    from jsonb_to_recordset(part) r(cmd int, sid text, account_sid text, unique_name text, default_ttl int, callback_url text,
      intercept_callback_url text, out_of_session_callback_url text, geo_match_level text, number_selection_behavior text,
      chat_instance_sid text, respects_stop_words boolean, version bigint, date_created timestamptz, date_updated timestamptz)
    where ok[r.cmd]
    on conflict (partition, sid) do update
    set unique_name = excluded.unique_name, default_ttl = excluded.default_ttl, callback_url = excluded.callback_url,
      intercept_callback_url = excluded.intercept_callback_url, out_of_session_callback_url = excluded.out_of_session_callback_url,
      geo_match_level = excluded.geo_match_level, number_selection_behavior = excluded.number_selection_behavior,
      chat_instance_sid = excluded.chat_instance_sid, respects_stop_words = excluded.respects_stop_words, version = excluded.version, date_updated = excluded.date_updated;
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
