-- What the admin API stands on.

-- An API key may only look: the slot of its hash says so. As before, but keys of both slots are known by their SID.
create or replace function maskline.write_secrets(p int, secrets jsonb, c_account text[], ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $$
declare
  gone record;
  moved record;
  moved_value bytea;
begin
  for gone in
    select c_account[b.cmd] as account, b.sid, b.slot
    from jsonb_to_recordset(secrets) b(cmd int, sid text, slot text, value text, "from" text)
    where ok[b.cmd] and b.value is null and b."from" is null
  loop
    delete from secret x
    where x.partition = p and x.account_sid = gone.account and x.sid = gone.sid and x.slot = gone.slot;
    if gone.slot in ('key-hash', 'read-only-key-hash') then
      delete from api_key x where x.sid = gone.sid and x.account_sid = gone.account;
    end if;
  end loop;

  for moved in
    select c_account[b.cmd] as account, b.sid, b.slot, b."from" as origin
    from jsonb_to_recordset(secrets) b(cmd int, sid text, slot text, "from" text)
    where ok[b.cmd] and b."from" is not null
  loop
    delete from secret x
    where x.partition = p and x.account_sid = moved.account and x.sid = moved.sid and x.slot = moved.origin
    returning x.value into moved_value;
    if found then
      insert into secret (partition, account_sid, sid, slot, value)
      values (p, moved.account, moved.sid, moved.slot, moved_value)
      on conflict (partition, account_sid, sid, slot) do update set value = excluded.value;
    end if;
  end loop;

  insert into secret (partition, account_sid, sid, slot, value)
  select p, c_account[b.cmd], b.sid, b.slot, decode(b.value, 'hex')
  from jsonb_to_recordset(secrets) b(cmd int, sid text, slot text, value text)
  where ok[b.cmd] and b.value is not null
  on conflict (partition, account_sid, sid, slot) do update set value = excluded.value;

  insert into api_key (sid, partition, account_sid)
  select b.sid, p, c_account[b.cmd]
  from jsonb_to_recordset(secrets) b(cmd int, sid text, slot text, value text)
  where ok[b.cmd] and b.value is not null and b.slot in ('key-hash', 'read-only-key-hash');
end
$$;

-- The sessions of an account, whatever their service. Their predicates are there for the reason of 0008. The columns of the first
-- never change, so it costs no HOT update; the second holds what is active, which is little of a long history, and an entry
-- comes and goes as seldom as a status.
create index session_account on maskline.session (partition, account_sid, date_created desc, sid desc) where date_created > '-infinity';
comment on index maskline.session_account is 'Search through all sessions of an account, newest first. For those who name its condition (0008).';
create index session_active on maskline.session (partition, account_sid, date_created desc, sid desc) where status <> 'closed';
comment on index maskline.session_active is 'The active sessions of an account among many closed ones, newest first.';

-- What happened in an hour, counted by a subscription in the transaction of its checkpoint: charts cost as much as they have
-- hours, and what has been deleted since still counts.
create table maskline.account_hour (
  partition int not null,
  account_sid text collate "C" not null,
  hour timestamptz not null,
  sessions_created int not null,
  sessions_closed int not null,
  sessions_expired int not null,
  messages int not null,
  calls int not null,
  primary key (partition, account_sid, hour)
) with (fillfactor = 50);

-- Which requests of the last seconds count against a limit. Of no use after a crash, and nothing waits for a disk.
create unlogged table maskline.rate_window (
  key text collate "C" primary key,
  hits timestamptz[] not null
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

comment on table maskline.rate_window is 'The requests that were let through in a window that slides, newest last, by what they are limited by.';

-- Counts a request unless `most` were let through within the window; then answers in how many milliseconds one will have
-- left it, else 0. In plpgsql, whose plans are kept. All its callers of one key wait for each other, so the row's own lock
-- makes the count exact; by the clock of the server, one for all who ask.
create function maskline.take_turn(k text, most int, span interval) returns int
  language plpgsql
  set search_path = maskline, pg_catalog
  set lock_timeout = '1s'
as $turn$
declare
  moment timestamptz := clock_timestamp();
  recent timestamptz[];
begin
  insert into rate_window as w (key, hits) values (k, array[moment])
  on conflict (key) do nothing;
  if found then
    return 0;
  end if;
  select w.hits into recent from rate_window w where w.key = k for update;
  moment := clock_timestamp();
  recent := array(select h from unnest(recent) with ordinality u(h, i) where h > moment - span order by i);
  if cardinality(recent) >= most then
    return ceil(extract(epoch from recent[1 + cardinality(recent) - most] + span - moment) * 1000);
  end if;
  update rate_window w set hits = recent || moment where w.key = k;
  return 0;
end
$turn$;
