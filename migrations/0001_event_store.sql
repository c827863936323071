-- The event store. Every key starts with the partition, which is a function of the account: all that one command
-- touches lies in one partition, and a distributed PostgreSQL can use it as its distribution key.

create schema if not exists maskline;

-- The time of the whole system, in whole milliseconds. Nothing else is asked for the time, so a test moves all by replacing it.
create function maskline.clock() returns timestamptz
  language sql volatile
  return date_trunc('milliseconds', clock_timestamp());

-- One row for each partition: whoever appends locks it first and holds it to commit, so positions have no gaps and
-- come in commit order. Rewritten at each flush, hence the room for HOT updates.
create table maskline.partition_head (
  partition int primary key,
  position bigint not null default 0,
  recorded_at timestamptz not null default '-infinity',
  epoch int not null default 1
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create table maskline.event (
  partition int not null,
  position bigint not null,
  stream_id text collate "C" not null,
  version bigint not null,
  type text collate "C" not null,
  schema_version int not null,
  event_id uuid not null,
  account_sid text collate "C" not null,
  command_id text collate "C" not null,
  correlation_id text collate "C" not null,
  causation_id text collate "C",
  actor text not null,
  request_id text collate "C",
  trace_parent text collate "C",
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  data jsonb not null,
  content_hash bytea not null,
  primary key (partition, position),
  constraint event_version unique (partition, stream_id, version)
) with (autovacuum_vacuum_insert_scale_factor = 0.05);

create table maskline.stream (
  partition int not null,
  stream_id text collate "C" not null,
  account_sid text collate "C" not null,
  category text collate "C" not null,
  version bigint not null,
  status text not null,
  state jsonb,
  state_schema int not null,
  primary key (partition, stream_id)
) with (fillfactor = 80);

comment on column maskline.stream.state is 'The fold of the stream''s events, so that loading never grows with the stream; null once it is deleted.';

create table maskline.claim (
  partition int not null,
  account_sid text collate "C" not null,
  kind text collate "C" not null,
  key text collate "C" not null,
  stream_id text collate "C" not null,
  primary key (partition, account_sid, kind, key)
);

create table maskline.command (
  partition int not null,
  id text collate "C" not null,
  fingerprint text collate "C",
  sid text collate "C" not null,
  version bigint not null,
  recorded_at timestamptz not null,
  primary key (partition, id)
);

create index command_age on maskline.command (partition, recorded_at);
comment on index maskline.command_age is 'Finds the rows older than the 24 h in which a command id is remembered.';

create table maskline.event_key (
  partition int not null,
  stream_id text collate "C" not null,
  subject text collate "C" not null,
  wrapped_key bytea not null,
  primary key (partition, stream_id, subject)
);

comment on table maskline.event_key is 'Keys of the encrypted fields in events, wrapped by the master key. To erase a person is to delete the key.';

create table maskline.secret (
  partition int not null,
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  slot text collate "C" not null,
  value bytea not null,
  primary key (partition, account_sid, sid, slot)
);

-- The one table whose key does not start with the partition: it tells which account, so which partition, a key belongs to.
create table maskline.api_key (
  sid text collate "C" primary key,
  partition int not null,
  account_sid text collate "C" not null
);

create table maskline.subscription (
  name text collate "C" not null,
  partition int not null,
  position bigint not null default 0,
  lease_owner text,
  lease_epoch bigint not null default 0,
  lease_until timestamptz not null default '-infinity',
  failures int not null default 0,
  last_error text,
  updated_at timestamptz not null default maskline.clock(),
  primary key (name, partition)
) with (fillfactor = 50);

-- Appends a batch of commands; each wins or loses on its own, the winners commit together.
--
-- In: `c_` one element a command, `e_` one an event in order (`e_cmd` is the index of its command, from 1), `n_` streams
-- that must be live, `k_` claims to take, `r_` claims to release, `rare` what few commands have (null when none does):
--   {"empties": [{cmd, kind, lo, hi}], "counts": [{cmd, kind, lo, hi, max}],
--    "secrets": [{cmd, sid, slot, value: hex | null}], "keys": [{cmd, subject, wrapped: hex | null}]}
-- Out: the position before the first new event, the time of record, and an object of the losers by index (null: none).
--
-- The head row is locked first, so every later statement sees a fresh snapshot in which nobody else writes, and rules
-- are judged by plain reads. Data-modifying CTEs and "on conflict do nothing" would not do: the former do not see each
-- other's rows, the latter hides the holder. Look-ups are lateral with limit 1 and other plans are off: a plan that was
-- cached while a table was empty must still be right when it is full. For the same reason rows are deleted one by one, by their
-- key: "delete … using" was seen to walk all 100 k entries of an index for each command. And plans are generic from the
-- first call on: made anew for the length of each array, they took a third of the time of a call with one command.
create function maskline.append(
  p int,
  c_stream text[], c_expected bigint[], c_account text[], c_category text[], c_count int[], c_status text[],
  c_state jsonb[], c_schema int[], c_id text[], c_fingerprint text[], c_until timestamptz[],
  e_cmd int[], e_stream text[], e_version bigint[], e_type text[], e_schema int[], e_id uuid[], e_account text[],
  e_command text[], e_correlation text[], e_causation text[], e_actor text[], e_request text[], e_trace text[],
  e_occurred timestamptz[], e_data jsonb[], e_hash bytea[],
  n_cmd int[], n_stream text[],
  k_cmd int[], k_kind text[], k_key text[],
  r_cmd int[], r_kind text[], r_key text[],
  rare jsonb,
  rows jsonb,
  out head_position bigint, out recorded timestamptz, out losers jsonb
)
language plpgsql
set search_path = maskline, pg_catalog
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
set lock_timeout = '2s'
as $append$
#variable_conflict use_column
declare
  n constant int := cardinality(c_stream);
  ok boolean[];
  written int;
  missing text[];
  loser record;
  gone record;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append judges by fresh snapshots: it needs read committed';
  end if;

  select h.position, h.recorded_at into strict head_position, recorded
  from partition_head h where h.partition = p for update;
  recorded := greatest(recorded, maskline.clock()); -- asked for only now: the lock may have taken a while

  -- Judge. The first reason found counts; most batches have none, so each check only yields the losers.
  if c_id is not null then
    for loser in
      select c.i, jsonb_build_object('outcome', 'duplicate', 'sid', d.sid, 'version', d.version, 'fingerprint', d.fingerprint) as why
      from unnest(c_id) with ordinality c(id, i)
      cross join lateral (select * from command d where d.partition = p and d.id = c.id limit 1) d
    loop
      losers := coalesce(losers, '{}') || jsonb_build_object(loser.i, loser.why);
    end loop;
  end if;

  for loser in
    select c.i, c.stream, c.expected, coalesce(s.version, 0) as version
    from unnest(c_stream, c_expected) with ordinality c(stream, expected, i)
    left join lateral (select version from stream s where s.partition = p and s.stream_id = c.stream limit 1) s on true
    where coalesce(s.version, 0) <> c.expected
  loop
    losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', 'conflict', 'version', loser.version, 'newer',
      maskline.events_after(p, loser.stream, loser.expected, 64))) || coalesce(losers, '{}');
  end loop;

  if c_until is not null then
    for loser in select c.i from unnest(c_until) with ordinality c(until, i) where c.until <= recorded
    loop
      losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', 'late')) || coalesce(losers, '{}');
    end loop;
  end if;

  if n_cmd is not null then
    -- Most commands of a batch share a parent: each is looked up once.
    missing := array(
      select b.stream from (select distinct stream from unnest(n_stream) n(stream)) b
      left join lateral (select s.status from stream s where s.partition = p and s.stream_id = b.stream limit 1) s on true
      where s.status is distinct from 'live'
    );
    if cardinality(missing) > 0 then
      for loser in select b.cmd as i, b.stream from unnest(n_cmd, n_stream) b(cmd, stream) where b.stream = any (missing)
      loop
        losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', 'parent', 'holder', loser.stream)) || coalesce(losers, '{}');
      end loop;
    end if;
  end if;

  if rare is not null then
    for loser in
      select b.cmd as i, jsonb_build_object('outcome', 'in_use', 'kind', b.kind, 'holders', x.holders) as why
      from jsonb_to_recordset(rare -> 'empties') b(cmd int, kind text, lo text, hi text)
      cross join lateral (
        select jsonb_agg(y.stream_id) as holders
        from (select y.stream_id from claim y
              where y.partition = p and y.account_sid = c_account[b.cmd] and y.kind = b.kind
                and y.key >= b.lo collate "C" and y.key < b.hi collate "C" limit 64) y
      ) x
      where x.holders is not null
      union all
      select b.cmd, jsonb_build_object('outcome', 'limit', 'kind', b.kind, 'max', b.max)
      from jsonb_to_recordset(rare -> 'counts') b(cmd int, kind text, lo text, hi text, max bigint)
      where (select count(*) from claim y
             where y.partition = p and y.account_sid = c_account[b.cmd] and y.kind = b.kind
               and y.key >= b.lo collate "C" and y.key < b.hi collate "C") >= b.max
    loop
      losers := jsonb_build_object(loser.i, loser.why) || coalesce(losers, '{}');
    end loop;
  end if;

  if k_cmd is not null then
    for loser in
      select b.cmd as i, b.kind, x.stream_id
      from unnest(k_cmd, k_kind, k_key) b(cmd, kind, key)
      cross join lateral (
        select x.stream_id from claim x
        where x.partition = p and x.account_sid = c_account[b.cmd] and x.kind = b.kind and x.key = b.key
          and x.stream_id <> c_stream[b.cmd] limit 1
      ) x
    loop
      losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', 'taken', 'kind', loser.kind, 'holders', jsonb_build_array(loser.stream_id)))
        || coalesce(losers, '{}');
    end loop;
  end if;

  if losers is null then
    ok := array_fill(true, array[n]);
    written := coalesce(cardinality(e_cmd), 0);
  else
    ok := array(select not losers ? i::text from generate_series(1, n) i order by i);
    written := (select count(*) from unnest(e_cmd) e(cmd) where ok[e.cmd]);
    if not (true = any (ok)) then
      return;
    end if;
  end if;

  -- Write the winners.
  insert into stream as s (partition, stream_id, account_sid, category, version, status, state, state_schema)
  select p, c.stream, c.account, c.category, c.expected + c.count, c.status, c.state, c.schema
  from unnest(c_stream, c_expected, c_account, c_category, c_count, c_status, c_state, c_schema)
    with ordinality c(stream, expected, account, category, count, status, state, schema, i)
  where ok[c.i] and c.count > 0
  on conflict (partition, stream_id) do update
  -- While a new version is rolled out, an old process must not put its state in the place of a newer shape: then none is
  -- kept (schema 0), and whoever comes next folds the events.
  set version = excluded.version, status = excluded.status,
    state = case when s.state_schema <= excluded.state_schema then excluded.state end,
    state_schema = case when s.state_schema <= excluded.state_schema then excluded.state_schema else 0 end;

  if r_cmd is not null then
    for gone in
      select c_account[b.cmd] as account, c_stream[b.cmd] as stream, b.kind, b.key
      from unnest(r_cmd, r_kind, r_key) b(cmd, kind, key) where ok[b.cmd]
    loop
      delete from claim x
      where x.partition = p and x.account_sid = gone.account and x.kind = gone.kind and x.key = gone.key and x.stream_id = gone.stream;
    end loop;
  end if;

  if k_cmd is not null then
    insert into claim (partition, account_sid, kind, key, stream_id)
    select p, c_account[b.cmd], b.kind, b.key, c_stream[b.cmd]
    from unnest(k_cmd, k_kind, k_key) b(cmd, kind, key)
    where ok[b.cmd];
  end if;

  if c_id is not null then
    insert into command (partition, id, fingerprint, sid, version, recorded_at)
    select p, c.id, c.fingerprint, c.stream, c.expected + c.count, recorded
    from unnest(c_id, c_fingerprint, c_stream, c_expected, c_count) with ordinality c(id, fingerprint, stream, expected, count, i)
    where ok[c.i] and c.id is not null;
  end if;

  if rare is not null then
    perform maskline.write_secrets(p, rare -> 'secrets', c_account, ok);
    perform maskline.write_event_keys(p, rare -> 'keys', c_stream, ok);
  end if;

  if rows is not null then
    perform maskline.project(p, rows, ok);
  end if;

  if written > 0 then
    update partition_head h set position = head_position + written, recorded_at = recorded where h.partition = p;

    insert into event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
                       correlation_id, causation_id, actor, request_id, trace_parent, occurred_at, recorded_at, data, content_hash)
    select p, head_position + row_number() over (order by e.i), e.stream, e.version, e.type, e.schema, e.id, e.account, e.command,
           e.correlation, e.causation, e.actor, e.request, e.trace, e.occurred, recorded, e.data, e.hash
    from unnest(e_cmd, e_stream, e_version, e_type, e_schema, e_id, e_account, e_command, e_correlation, e_causation,
                e_actor, e_request, e_trace, e_occurred, e_data, e_hash)
      with ordinality e(cmd, stream, version, type, schema, id, account, command, correlation, causation,
                        actor, request, trace, occurred, data, hash, i)
    where ok[e.cmd];
  end if;
end
$append$;

-- Appends a command that is alone and plain: one event, at most one need and one claim, nothing remembered or released.
-- It costs half of what append takes for the same, which is what a caller feels while nobody else writes. It judges as
-- append does, but only whether all is well: a null position says that nothing was written, and append will say why.
create function maskline.append_one(
  p int, c_stream text, c_expected bigint, c_account text, c_category text, c_status text, c_state jsonb, c_schema int, c_until timestamptz,
  e_type text, e_schema int, e_id uuid, e_command text, e_correlation text, e_causation text, e_actor text, e_request text, e_trace text,
  e_occurred timestamptz, e_data jsonb, e_hash bytea,
  n_stream text, k_kind text, k_key text,
  rows jsonb,
  out head_position bigint, out recorded timestamptz
)
language plpgsql
set search_path = maskline, pg_catalog
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
set lock_timeout = '2s'
as $append_one$
#variable_conflict use_column
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append judges by fresh snapshots: it needs read committed';
  end if;

  select h.position, h.recorded_at into strict head_position, recorded
  from partition_head h where h.partition = p for update;
  recorded := greatest(recorded, maskline.clock());

  if coalesce((select s.version from stream s where s.partition = p and s.stream_id = c_stream), 0) <> c_expected
    or coalesce(c_until <= recorded, false)
    or n_stream is not null
      and not exists (select from stream s where s.partition = p and s.stream_id = n_stream and s.status = 'live')
    or k_kind is not null
      and exists (select from claim x where x.partition = p and x.account_sid = c_account and x.kind = k_kind and x.key = k_key
                    and x.stream_id <> c_stream)
  then
    head_position := null;
    return;
  end if;

  insert into stream as s (partition, stream_id, account_sid, category, version, status, state, state_schema)
  values (p, c_stream, c_account, c_category, c_expected + 1, c_status, c_state, c_schema)
  on conflict (partition, stream_id) do update
  set version = excluded.version, status = excluded.status,
    state = case when s.state_schema <= excluded.state_schema then excluded.state end,
    state_schema = case when s.state_schema <= excluded.state_schema then excluded.state_schema else 0 end;

  if k_kind is not null then
    insert into claim (partition, account_sid, kind, key, stream_id) values (p, c_account, k_kind, k_key, c_stream);
  end if;

  if rows is not null then
    perform maskline.project(p, rows, '{t}');
  end if;

  update partition_head h set position = head_position + 1, recorded_at = recorded where h.partition = p;

  insert into event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
                     correlation_id, causation_id, actor, request_id, trace_parent, occurred_at, recorded_at, data, content_hash)
  values (p, head_position + 1, c_stream, c_expected + 1, e_type, e_schema, e_id, c_account, e_command,
          e_correlation, e_causation, e_actor, e_request, e_trace, e_occurred, recorded, e_data, e_hash);
end
$append_one$;

-- The events of a stream after a version, as the append and the load hand them out: a JSON array in order.
create function maskline.events_after(p int, stream text, after bigint, most int) returns jsonb
  language sql stable
  return (
    select coalesce(jsonb_agg(to_jsonb(e) - 'content_hash' order by e.version), '[]')
    from (select * from maskline.event e
          where e.partition = p and e.stream_id = stream and e.version > after order by e.version limit most) e
  );

-- Secrets are written with the events that speak of them, and are in neither. An API key's hash also says whose it is.
create function maskline.write_secrets(p int, secrets jsonb, c_account text[], ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $$
declare
  gone record;
begin
  for gone in
    select c_account[b.cmd] as account, b.sid, b.slot
    from jsonb_to_recordset(secrets) b(cmd int, sid text, slot text, value text)
    where ok[b.cmd] and b.value is null
  loop
    delete from secret x
    where x.partition = p and x.account_sid = gone.account and x.sid = gone.sid and x.slot = gone.slot;
    if gone.slot = 'key-hash' then
      delete from api_key x where x.sid = gone.sid and x.account_sid = gone.account;
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
  where ok[b.cmd] and b.value is not null and b.slot = 'key-hash';
end
$$;

-- A null key destroys the subject's key, a null subject all keys of the stream.
create function maskline.write_event_keys(p int, keys jsonb, c_stream text[], ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $$
declare
  gone record;
begin
  for gone in
    select c_stream[b.cmd] as stream, b.subject
    from jsonb_to_recordset(keys) b(cmd int, subject text, wrapped text)
    where ok[b.cmd] and b.wrapped is null
  loop
    delete from event_key x
    where x.partition = p and x.stream_id = gone.stream and (gone.subject is null or x.subject = gone.subject);
  end loop;

  insert into event_key (partition, stream_id, subject, wrapped_key)
  select p, c_stream[b.cmd], b.subject, decode(b.wrapped, 'hex')
  from jsonb_to_recordset(keys) b(cmd int, subject text, wrapped text)
  where ok[b.cmd] and b.wrapped is not null;
end
$$;
