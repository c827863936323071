-- The append again, at half the cost for PostgreSQL. What all events of a command share is said once, with the command, and
-- documents come as one JSON array: an array of jsonb is parsed twice. Arrays are read by subscripts, for PL/pgSQL keeps its
-- parameters unpacked: "unnest" of 15 arrays opens 15 stores of tuples, which cost a third of all the work.
-- New in what it judges: a parent may be needed at a version (a decision made without loading it, see ADR 0006), no event
-- occurs in the future, and deadlines are judged by the clock alone, which may have been set back behind the head's time.
-- Nothing was released with the append of 0001, so it goes.
drop function maskline.append(
  int, text[], bigint[], text[], text[], int[], text[], jsonb[], int[], text[], text[], timestamptz[],
  int[], text[], bigint[], text[], int[], uuid[], text[], text[], text[], text[], text[], text[], text[], timestamptz[], jsonb[], bytea[],
  int[], text[], int[], text[], text[], int[], text[], text[], jsonb, jsonb);
drop function maskline.append_one(
  int, text, bigint, text, text, text, jsonb, int, timestamptz, text, int, uuid, text, text, text, text, text, text,
  timestamptz, jsonb, bytea, text, text, text, jsonb);

-- Appends a batch of commands; each wins or loses on its own, the winners commit together.
--
-- In: `c_` one element a command (`c_fingerprint` null: the command is not remembered), `e_` one an event in order (`e_cmd` is the
-- index of its command, from 1), `n_` streams that must be live (and at `n_version`, unless that is null), `k_` claims to take,
-- `r_` claims to release, `rare` what few commands have (null when none does):
--   {"empties": [{cmd, kind, lo, hi}], "counts": [{cmd, kind, lo, hi, max}],
--    "secrets": [{cmd, sid, slot, value: hex | null}], "keys": [{cmd, subject, wrapped: hex | null}]}
-- Out: the position before the first new event, the clock, and an object of the losers by index (null: none).
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
  c_state jsonb, c_schema int[], c_id text[], c_fingerprint text[], c_until timestamptz[],
  c_correlation text[], c_causation text[], c_actor text[], c_request text[], c_trace text[], c_occurred timestamptz[],
  e_cmd int[], e_version bigint[], e_type text[], e_schema int[], e_id uuid[], e_hash bytea[], e_data jsonb,
  n_cmd int[], n_stream text[], n_version bigint[],
  k_cmd int[], k_kind text[], k_key text[],
  r_cmd int[], r_kind text[], r_key text[],
  rare jsonb,
  rows jsonb,
  out head_position bigint, out clock timestamptz, out losers jsonb
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
  recorded timestamptz;
  ok boolean[];
  winners int[];
  loser record;
  gone record;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append judges by fresh snapshots: it needs read committed';
  end if;

  select h.position, h.recorded_at into strict head_position, recorded
  from partition_head h where h.partition = p for update;
  clock := maskline.clock(); -- asked for only now: the lock may have taken a while
  recorded := greatest(recorded, clock);

  -- Judge. The first reason found counts; most batches have none, so each check only yields the losers.
  if c_fingerprint is not null then
    for loser in
      select i, jsonb_build_object('outcome', 'duplicate', 'sid', d.sid, 'version', d.version, 'fingerprint', d.fingerprint) as why
      from generate_series(1, n) i
      cross join lateral (select * from command d where d.partition = p and d.id = c_id[i] limit 1) d
      where c_fingerprint[i] is not null
    loop
      losers := coalesce(losers, '{}') || jsonb_build_object(loser.i, loser.why);
    end loop;
  end if;

  for loser in
    select i, c_stream[i] as stream, c_expected[i] as expected, coalesce(s.version, 0) as version
    from generate_series(1, n) i
    left join lateral (select version from stream s where s.partition = p and s.stream_id = c_stream[i] limit 1) s on true
    where coalesce(s.version, 0) <> c_expected[i]
  loop
    losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', 'conflict', 'version', loser.version, 'newer',
      maskline.events_after(p, loser.stream, loser.expected, 64))) || coalesce(losers, '{}');
  end loop;

  -- A decision is late once its deadline has passed, and when it was made by a clock that has been set back since.
  for loser in
    select i from generate_series(1, n) i
    where c_occurred[i] > clock + interval '1 second' or c_until is not null and c_until[i] <= clock
  loop
    losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', 'late')) || coalesce(losers, '{}');
  end loop;

  if n_cmd is not null then
    -- Most commands of a batch share a parent: each is looked up once.
    if exists (
      select from (select distinct b.stream, b.version from unnest(n_stream, n_version) b(stream, version)) b
      left join lateral (select s.status, s.version from stream s where s.partition = p and s.stream_id = b.stream limit 1) s on true
      where s.status is distinct from 'live' or s.version <> b.version
    ) then
      for loser in
        select b.cmd as i, b.stream, case when s.status = 'live' then 'moved' else 'parent' end as outcome
        from unnest(n_cmd, n_stream, n_version) b(cmd, stream, version)
        left join lateral (select s.status, s.version from stream s where s.partition = p and s.stream_id = b.stream limit 1) s on true
        where s.status is distinct from 'live' or s.version <> b.version
      loop
        losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', loser.outcome, 'holder', loser.stream)) || coalesce(losers, '{}');
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
      select k_cmd[j] as i, k_kind[j] as kind, x.stream_id
      from generate_subscripts(k_cmd, 1) j
      cross join lateral (
        select x.stream_id from claim x
        where x.partition = p and x.account_sid = c_account[k_cmd[j]] and x.kind = k_kind[j] and x.key = k_key[j]
          and x.stream_id <> c_stream[k_cmd[j]] limit 1
      ) x
    loop
      losers := jsonb_build_object(loser.i, jsonb_build_object('outcome', 'taken', 'kind', loser.kind, 'holders', jsonb_build_array(loser.stream_id)))
        || coalesce(losers, '{}');
    end loop;
  end if;

  if losers is null then
    ok := array_fill(true, array[n]);
    winners := array(select generate_subscripts(e_cmd, 1));
  else
    ok := array(select not losers ? i::text from generate_series(1, n) i order by i);
    if not (true = any (ok)) then
      return;
    end if;
    winners := array(select j from generate_subscripts(e_cmd, 1) j where ok[e_cmd[j]] order by j);
  end if;

  -- Write the winners.
  insert into stream as s (partition, stream_id, account_sid, category, version, status, state, state_schema)
  select p, c_stream[i], c_account[i], c_category[i], c_expected[i] + c_count[i], c_status[i],
    nullif(c_state -> (i - 1), 'null'), c_schema[i]
  from generate_series(1, n) i
  where ok[i] and c_count[i] > 0
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
    select p, c_account[k_cmd[j]], k_kind[j], k_key[j], c_stream[k_cmd[j]]
    from generate_subscripts(k_cmd, 1) j
    where ok[k_cmd[j]];
  end if;

  if c_fingerprint is not null then
    insert into command (partition, id, fingerprint, sid, version, recorded_at)
    select p, c_id[i], c_fingerprint[i], c_stream[i], c_expected[i] + c_count[i], recorded
    from generate_series(1, n) i
    where ok[i] and c_fingerprint[i] is not null;
  end if;

  if rare is not null then
    perform maskline.write_secrets(p, rare -> 'secrets', c_account, ok);
    perform maskline.write_event_keys(p, rare -> 'keys', c_stream, ok);
  end if;

  if rows is not null then
    perform maskline.project(p, rows, ok);
  end if;

  if winners <> '{}' then
    update partition_head h set position = head_position + cardinality(winners), recorded_at = recorded where h.partition = p;

    insert into event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
                       correlation_id, causation_id, actor, request_id, trace_parent, occurred_at, recorded_at, data, content_hash)
    select p, head_position + w.nth, c_stream[i], e_version[w.e], e_type[w.e], e_schema[w.e], e_id[w.e], c_account[i], c_id[i],
      c_correlation[i], c_causation[i], c_actor[i], c_request[i], c_trace[i], c_occurred[i], recorded, e_data -> (w.e - 1), e_hash[w.e]
    from unnest(winners) with ordinality w(e, nth)
    cross join lateral (select e_cmd[w.e] as i offset 0) c;
  end if;
end
$append$;

-- Appends a command that is alone and plain: one event, at most one need and one claim, nothing remembered or released.
-- It costs half of what append takes for the same, which is what a caller feels while nobody else writes. It judges as
-- append does, but only whether all is well: a null position says that nothing was written, and append will say why.
create function maskline.append_one(
  p int, c_stream text, c_expected bigint, c_account text, c_category text, c_status text, c_state jsonb, c_schema int, c_id text,
  c_until timestamptz, c_correlation text, c_causation text, c_actor text, c_request text, c_trace text, c_occurred timestamptz,
  e_type text, e_schema int, e_id uuid, e_hash bytea, e_data jsonb,
  n_stream text, n_version bigint, k_kind text, k_key text,
  rows jsonb,
  out head_position bigint, out clock timestamptz
)
language plpgsql
set search_path = maskline, pg_catalog
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan
set lock_timeout = '2s'
as $append_one$
#variable_conflict use_column
declare
  recorded timestamptz;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append judges by fresh snapshots: it needs read committed';
  end if;

  select h.position, h.recorded_at into strict head_position, recorded
  from partition_head h where h.partition = p for update;
  clock := maskline.clock();
  recorded := greatest(recorded, clock);

  if coalesce((select s.version from stream s where s.partition = p and s.stream_id = c_stream), 0) <> c_expected
    or c_occurred > clock + interval '1 second'
    or coalesce(c_until <= clock, false)
    or n_stream is not null
      and not exists (select from stream s where s.partition = p and s.stream_id = n_stream and s.status = 'live'
                        and s.version = coalesce(n_version, s.version))
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
  values (p, head_position + 1, c_stream, c_expected + 1, e_type, e_schema, e_id, c_account, c_id,
          c_correlation, c_causation, c_actor, c_request, c_trace, c_occurred, recorded, e_data, e_hash);
end
$append_one$;
