drop function maskline.append_one(
  int, text, bigint, text, text, text, jsonb, int, text, timestamptz, text, text, text, text, text, timestamptz, text, int, uuid, bytea,
  jsonb, text, bigint, text, text, jsonb);

-- Appends a command that is alone and plain: one event, at most two needs (`n_`, `o_`), one claim and one new key (`y_`), nothing
-- remembered or released: so a participant is added and a message comes in. It costs half of what append takes for the same, which
-- is what a caller feels while nobody else writes. It judges as append does, but only whether all is well: a null position says that
-- nothing was written, and append will say why.
create function maskline.append_one(
  p int, c_stream text, c_expected bigint, c_account text, c_category text, c_status text, c_state jsonb, c_schema int, c_id text,
  c_until timestamptz, c_correlation text, c_causation text, c_actor text, c_request text, c_trace text, c_occurred timestamptz,
  e_type text, e_schema int, e_id uuid, e_hash bytea, e_data jsonb,
  n_stream text, n_version bigint, o_stream text, o_version bigint, k_kind text, k_key text, y_subject text, y_wrapped bytea,
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
    or o_stream is not null
      and not exists (select from stream s where s.partition = p and s.stream_id = o_stream and s.status = 'live'
                        and s.version = coalesce(o_version, s.version))
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

  if y_subject is not null then
    insert into event_key (partition, stream_id, subject, wrapped_key) values (p, c_stream, y_subject, y_wrapped);
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
