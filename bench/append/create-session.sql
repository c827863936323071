-- What CreateSession writes, as one statement without batching: event, stream with state, claim and row.
-- Positions come from a sequence, since a counter row would have the clients wait for each other.
-- pgbench takes a colon with a word or a digit behind it for a variable, hence the space and the \x3a.
with new as materialized (
  select 'KC' || lpad(to_hex(nextval('maskline.bench_sid')), 32, '0') as sid,
    nextval('maskline.bench_position') as position,
    'order-' || currval('maskline.bench_sid') as name,
    now() as now
),
state as materialized (
  select ('{"status":"open","serviceSid":"KS00000000000000000000000000000001","uniqueName":"' || name
    || '","ttl": 3600,"dateExpiry": null,"idleSince":"2026-01-02T' || E'03\x3a04\x3a05.006Z"}')::jsonb as state
  from new
),
event as (
  insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
    correlation_id, actor, request_id, occurred_at, recorded_at, data, content_hash)
  select 0, position, sid, 1, 'SessionCreated', 1, gen_random_uuid(), 'AC00000000000000000000000000000001',
    '01a2b3c4-d5e6-7890-abcd-ef0123456789', 'RQ00000000000000000000000000000001', 'AC00000000000000000000000000000001',
    'RQ00000000000000000000000000000001', now, now,
    ('{"accountSid":"AC00000000000000000000000000000001","dateExpiry": null,"mode":"voice-and-message",'
      '"serviceSid":"KS00000000000000000000000000000001","ttl": 3600,"uniqueName":"' || name || '"}')::jsonb,
    '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
  from new
),
stream as (
  insert into maskline.stream (partition, stream_id, account_sid, category, version, status, state, state_schema)
  select 0, sid, 'AC00000000000000000000000000000001', 'session', 1, 'live', state, 1
  from new, state
),
claim as (
  insert into maskline.claim (partition, account_sid, kind, key, stream_id)
  select 0, 'AC00000000000000000000000000000001', 'session-name', 'KS00000000000000000000000000000001/' || name, sid
  from new
)
insert into maskline.session (partition, sid, account_sid, service_sid, unique_name, status, mode, ttl, expires_at, timer_at, version,
  date_created, date_updated)
select 0, sid, 'AC00000000000000000000000000000001', 'KS00000000000000000000000000000001', name, 'open', 'voice-and-message', 3600,
  now + interval '1 hour', now + interval '1 hour', 1, now, now
from new;
