-- What the migrations result in. Written by `npm run schema`; a spec compares.

create table maskline.account_hour (
  partition integer not null,
  account_sid text collate "C" not null,
  hour timestamp with time zone not null,
  sessions_created integer not null,
  sessions_closed integer not null,
  sessions_expired integer not null,
  messages integer not null,
  calls integer not null,
  constraint account_hour_pkey PRIMARY KEY (partition, account_sid, hour)
) with (fillfactor=50);

create table maskline.alert (
  partition integer not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C",
  session_sid text collate "C",
  interaction_sid text collate "C",
  code integer not null,
  why text,
  date_created timestamp with time zone not null,
  constraint alert_pkey PRIMARY KEY (partition, sid)
);

CREATE INDEX alert_age ON maskline.alert USING btree (partition, date_created);

CREATE INDEX alert_list ON maskline.alert USING btree (partition, account_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

comment on index maskline.alert_age is 'The oldest, to forget them.';

comment on index maskline.alert_list is 'Keyset paging, newest first. For those who name its condition (0008).';

comment on table maskline.alert is 'What Twilio''s debugger would be told, for a time: SIDs and codes, never a number or a text.';

create table maskline.api_key (
  sid text collate "C" not null,
  partition integer not null,
  account_sid text collate "C" not null,
  constraint api_key_pkey PRIMARY KEY (sid)
);

create table maskline.claim (
  partition integer not null,
  account_sid text collate "C" not null,
  kind text collate "C" not null,
  key text collate "C" not null,
  stream_id text collate "C" not null,
  constraint claim_pkey PRIMARY KEY (partition, account_sid, kind, key)
);

create table maskline.command (
  partition integer not null,
  id text collate "C" not null,
  fingerprint text collate "C",
  sid text collate "C" not null,
  version bigint not null,
  recorded_at timestamp with time zone not null,
  constraint command_pkey PRIMARY KEY (partition, id)
);

CREATE INDEX command_age ON maskline.command USING btree (partition, recorded_at);

comment on index maskline.command_age is 'Finds the rows older than the 24 h in which a command id is remembered.';

create table maskline.consumer (
  name text collate "C" not null,
  id integer generated always as identity not null,
  types text[],
  created_at timestamp with time zone default clock() not null,
  paused_at timestamp with time zone,
  paused_because text collate "C",
  constraint consumer_paused_because_check CHECK ((paused_because = 'gone'::text)),
  constraint consumer_pkey PRIMARY KEY (name)
);

create table maskline.consumer_webhook (
  consumer text collate "C" not null,
  url text not null,
  secret bytea not null,
  previous_secret bytea,
  previous_until timestamp with time zone,
  is_ordered boolean not null,
  has_personal boolean not null,
  constraint consumer_webhook_consumer_fkey FOREIGN KEY (consumer) REFERENCES consumer(name) ON DELETE CASCADE,
  constraint consumer_webhook_pkey PRIMARY KEY (consumer)
);

comment on column maskline.consumer_webhook.has_personal is 'It is told of personal fields, and in plain; else they are left out.';

comment on column maskline.consumer_webhook.is_ordered is 'The events of a stream are told one after the other.';

create table maskline.dead_letter (
  partition integer not null,
  subscription text collate "C" not null,
  stream_id text collate "C" not null,
  id bigint generated always as identity not null,
  version bigint not null,
  "position" bigint not null,
  event_id uuid not null,
  type text not null,
  error text not null,
  failures integer default 1 not null,
  parked_at timestamp with time zone default clock() not null,
  wanted text,
  reason text,
  wanted_by text,
  constraint dead_letter_wanted_check CHECK ((wanted = ANY (ARRAY['retry'::text, 'skip'::text]))),
  constraint dead_letter_pkey PRIMARY KEY (partition, subscription, stream_id),
  constraint dead_letter_id_key UNIQUE (id)
);

create table maskline.delivery (
  partition integer not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  session_sid text collate "C" not null,
  interaction_sid text collate "C" not null,
  event_id uuid not null,
  event_type text collate "C" not null,
  version bigint not null,
  started_version bigint not null,
  subject text collate "C" not null,
  request bytea,
  status text collate "C" default 'pending'::text not null,
  reason text,
  attempts integer default 0 not null,
  tries integer default 0 not null,
  next_attempt_at timestamp with time zone,
  give_up_at timestamp with time zone not null,
  claim uuid,
  date_created timestamp with time zone not null,
  date_updated timestamp with time zone not null,
  constraint delivery_check CHECK (((status = 'pending'::text) = (next_attempt_at IS NOT NULL))),
  constraint delivery_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text, 'canceled'::text]))),
  constraint delivery_pkey PRIMARY KEY (partition, sid)
) with (fillfactor=70);

CREATE INDEX delivery_age ON maskline.delivery USING btree (partition, date_created) WHERE (status <> 'pending'::text);

CREATE INDEX delivery_claimed ON maskline.delivery USING btree (partition, service_sid, next_attempt_at) WHERE (claim IS NOT NULL);

CREATE INDEX delivery_due ON maskline.delivery USING btree (partition, service_sid, next_attempt_at) WHERE (status = 'pending'::text);

CREATE INDEX delivery_give_up ON maskline.delivery USING btree (partition, give_up_at) WHERE (status = 'pending'::text);

CREATE INDEX delivery_interaction ON maskline.delivery USING btree (partition, interaction_sid) WHERE (interaction_sid > ''::text);

CREATE INDEX delivery_list ON maskline.delivery USING btree (partition, service_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE INDEX delivery_session ON maskline.delivery USING btree (partition, session_sid) WHERE (session_sid > ''::text);

CREATE INDEX delivery_status ON maskline.delivery USING btree (partition, service_sid, status, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

comment on column maskline.delivery.next_attempt_at is 'While somebody is at it, when it is taken from them.';

comment on column maskline.delivery.request is 'The form, sealed; null once its interaction or session is deleted.';

comment on column maskline.delivery.tries is 'Attempts since it was last ordered; `attempts` counts all of them.';

comment on index maskline.delivery_age is 'The oldest, to forget them.';

comment on index maskline.delivery_claimed is 'What is under way to an endpoint: a handful.';

comment on index maskline.delivery_due is 'What an endpoint is still to be told, the longest due first.';

comment on index maskline.delivery_give_up is 'What nobody tries any more.';

comment on index maskline.delivery_interaction is 'All of an interaction, to erase them. For those who name its condition (0008).';

comment on index maskline.delivery_list is 'Keyset paging, newest first. For those who name its condition (0008).';

comment on index maskline.delivery_session is 'All of a session, to erase them. For those who name its condition (0008).';

comment on index maskline.delivery_status is 'The same of one status: dead letters among many that arrived. For those who name its condition (0008).';

create table maskline.delivery_attempt (
  partition integer not null,
  delivery_sid text collate "C" not null,
  number integer not null,
  url text,
  status integer,
  failure text,
  content_type text,
  answer bytea,
  date_started timestamp with time zone not null,
  date_ended timestamp with time zone,
  constraint delivery_attempt_pkey PRIMARY KEY (partition, delivery_sid, number)
);

comment on column maskline.delivery_attempt.answer is 'The first bytes of the body, sealed by the subject of the delivery; null once that is gone.';

comment on table maskline.delivery_attempt is 'Written before the call: one without an end was cut short, and nobody knows what was heard of it.';

create table maskline.delivery_endpoint (
  partition integer not null,
  service_sid text collate "C" not null,
  account_sid text collate "C" not null,
  url_digest bytea,
  failures integer default 0 not null,
  failing_since timestamp with time zone,
  paused_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  disabled_at timestamp with time zone,
  disabled_because text,
  wake_at timestamp with time zone,
  constraint delivery_endpoint_pkey PRIMARY KEY (partition, service_sid)
) with (fillfactor=50);

CREATE INDEX delivery_endpoint_wake ON maskline.delivery_endpoint USING btree (partition, wake_at) WHERE (wake_at IS NOT NULL);

comment on column maskline.delivery_endpoint.failures is 'Attempts that failed since the last one that did not.';

comment on column maskline.delivery_endpoint.url_digest is 'SHA-256 of the URL that the health is of: a changed URL begins anew.';

comment on column maskline.delivery_endpoint.wake_at is 'When there is something to do; null for nothing, or nothing before somebody enables it.';

comment on index maskline.delivery_endpoint_wake is 'Endpoints with work, the longest due first.';

create table maskline.event (
  partition integer not null,
  "position" bigint not null,
  stream_id text collate "C" not null,
  version bigint not null,
  type text collate "C" not null,
  schema_version integer not null,
  event_id uuid not null,
  account_sid text collate "C" not null,
  command_id text collate "C" not null,
  correlation_id text collate "C" not null,
  causation_id text collate "C",
  actor text not null,
  request_id text collate "C",
  trace_parent text collate "C",
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  data jsonb not null,
  content_hash bytea not null,
  constraint event_pkey PRIMARY KEY (partition, "position"),
  constraint event_version UNIQUE (partition, stream_id, version)
) with (autovacuum_vacuum_insert_scale_factor=0.05);

create table maskline.event_key (
  partition integer not null,
  stream_id text collate "C" not null,
  subject text collate "C" not null,
  wrapped_key bytea not null,
  constraint event_key_pkey PRIMARY KEY (partition, stream_id, subject)
);

comment on table maskline.event_key is 'Keys of the encrypted fields in events, wrapped by the master key. To erase a person is to delete the key.';

create table maskline.expiry_horizon (
  partition integer not null,
  epoch bigint default 0 not null,
  until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  is_doubtful boolean default true not null,
  lease_owner text,
  lease_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint expiry_horizon_pkey PRIMARY KEY (partition)
) with (fillfactor=50);

create table maskline.interaction (
  partition integer not null,
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
  attempts integer not null,
  is_pending boolean not null,
  date_created timestamp with time zone not null,
  date_updated timestamp with time zone not null,
  constraint interaction_pkey PRIMARY KEY (partition, sid)
) with (fillfactor=80);

CREATE INDEX interaction_inbound ON maskline.interaction USING btree (partition, inbound_resource_sid) WHERE (inbound_resource_sid IS NOT NULL);

CREATE INDEX interaction_list ON maskline.interaction USING btree (partition, session_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE INDEX interaction_outbound ON maskline.interaction USING btree (partition, outbound_resource_sid) WHERE (outbound_resource_sid IS NOT NULL);

CREATE INDEX interaction_pending ON maskline.interaction USING btree (partition, date_created) WHERE is_pending;

CREATE INDEX interaction_sent ON maskline.interaction USING btree (partition, outbound_participant_sid, date_created DESC, sid DESC) WHERE (inbound_participant_sid IS NULL);

comment on index maskline.interaction_inbound is 'What the carrier reports of is known by its own SID.';

comment on index maskline.interaction_list is 'Keyset paging, newest first; all of a session, to delete them. For those who name its condition (0008).';

comment on index maskline.interaction_outbound is 'What the carrier reports of is known by its own SID.';

comment on index maskline.interaction_pending is 'Messages that the carrier does not have yet: few at any time.';

comment on index maskline.interaction_sent is 'Keyset paging of what the account itself sent to a participant.';

create table maskline.master_key (
  is_the_one boolean default true not null,
  canary bytea not null,
  constraint master_key_is_the_one_check CHECK (is_the_one),
  constraint master_key_pkey PRIMARY KEY (is_the_one)
);

create table maskline.migration (
  name text collate "C" not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migration_pkey PRIMARY KEY (name)
);

create table maskline.number_use (
  partition integer not null,
  service_sid text collate "C" not null,
  number text collate "C" not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  iso_country text not null,
  area_code text collate "C",
  is_reserved boolean not null,
  can_call boolean not null,
  can_text boolean not null,
  sessions integer not null,
  added_at timestamp with time zone not null,
  constraint number_use_pkey PRIMARY KEY (partition, service_sid, number)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000);

CREATE INDEX number_use_order ON maskline.number_use USING btree (partition, service_sid, is_reserved, sessions, added_at, sid) WHERE (added_at > '-infinity'::timestamp with time zone);

comment on column maskline.number_use.area_code is 'Of a North American number; else null.';

comment on column maskline.number_use.sessions is 'Active sessions that hold a pair with the number, each counted once.';

comment on index maskline.number_use_order is 'The order in which numbers are given out: least used first, then oldest. For those who name its condition (0008).';

comment on table maskline.number_use is 'One row for each number and short code of a pool, in the transactions of the events, under the head row.';

create table maskline.participant (
  partition integer not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  session_sid text collate "C" not null,
  identifier text collate "C",
  friendly_name text,
  proxy_identifier text collate "C" not null,
  proxy_identifier_sid text collate "C" not null,
  date_deleted timestamp with time zone,
  date_created timestamp with time zone not null,
  date_updated timestamp with time zone not null,
  constraint participant_pkey PRIMARY KEY (partition, sid)
);

CREATE INDEX participant_list ON maskline.participant USING btree (partition, session_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE INDEX participant_person ON maskline.participant USING btree (partition, service_sid, identifier, proxy_identifier, date_created DESC) WHERE (identifier > ''::text);

comment on column maskline.participant.identifier is 'Null only in a row that was made again after its session''s key was lost.';

comment on index maskline.participant_list is 'Keyset paging, newest first; all of a session, to delete them. For those who name its condition (0008).';

comment on index maskline.participant_person is 'Where somebody has been: the numbers they had before, and the sessions with each. For those who name its condition (0008).';

create table maskline.partition_head (
  partition integer not null,
  "position" bigint default 0 not null,
  recorded_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  epoch integer default 1 not null,
  constraint partition_head_pkey PRIMARY KEY (partition)
) with (fillfactor=10, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000);

create table maskline.phone_number (
  partition integer not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  phone_number text collate "C" not null,
  friendly_name text not null,
  iso_country text not null,
  capabilities jsonb not null,
  is_reserved boolean not null,
  version bigint not null,
  date_created timestamp with time zone not null,
  date_updated timestamp with time zone not null,
  constraint phone_number_pkey PRIMARY KEY (partition, sid)
);

CREATE INDEX phone_number_list ON maskline.phone_number USING btree (partition, service_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE UNIQUE INDEX phone_number_number ON maskline.phone_number USING btree (partition, account_sid, phone_number) WHERE (phone_number > ''::text);

comment on index maskline.phone_number_list is 'Keyset paging, newest first. For those who name its condition (0008).';

comment on index maskline.phone_number_number is 'Finds the pool that a number is in; a backstop behind the claim. For those who name its condition (0008).';

create unlogged table maskline.rate_window (
  key text collate "C" not null,
  hits timestamp with time zone[] not null,
  constraint rate_window_pkey PRIMARY KEY (key)
) with (fillfactor=20, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000);

comment on table maskline.rate_window is 'The requests that were let through in a window that slides, newest last, by what they are limited by.';

create table maskline.rebuild (
  table_name text collate "C" not null,
  partition integer not null,
  base bigint not null,
  folded_to text collate "C",
  folded_events bigint default 0 not null,
  is_folded boolean default false not null,
  "position" bigint not null,
  constraint rebuild_pkey PRIMARY KEY (table_name, partition)
);

create table maskline.retention_turn (
  partition integer not null,
  owner uuid,
  until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint retention_turn_pkey PRIMARY KEY (partition)
) with (fillfactor=50);

comment on column maskline.retention_turn.until is 'Until then nobody else looks: while there is an owner, as its lease; without one, because somebody has just looked.';

comment on table maskline.retention_turn is 'Who looks for sessions that have been closed for long, so that two workers do not get in each other''s way.';

create table maskline.secret (
  partition integer not null,
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  slot text collate "C" not null,
  value bytea not null,
  constraint secret_pkey PRIMARY KEY (partition, account_sid, sid, slot)
);

create table maskline.service (
  partition integer not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  unique_name text collate "C" not null,
  default_ttl integer not null,
  callback_url text,
  intercept_callback_url text,
  out_of_session_callback_url text,
  geo_match_level text not null,
  number_selection_behavior text not null,
  chat_instance_sid text,
  version bigint not null,
  date_created timestamp with time zone not null,
  date_updated timestamp with time zone not null,
  respects_stop_words boolean,
  constraint service_pkey PRIMARY KEY (partition, sid)
);

CREATE INDEX service_list ON maskline.service USING btree (partition, account_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE UNIQUE INDEX service_name ON maskline.service USING btree (partition, account_sid, unique_name) WHERE (unique_name > ''::text);

comment on column maskline.service.respects_stop_words is 'Whether opt-out words are kept from the partner; null for what the setting of the installation says.';

comment on index maskline.service_list is 'Keyset paging, newest first. For those who name its condition (0008).';

comment on index maskline.service_name is 'Finds a service by its name; a backstop behind the claim. For those who name its condition (0008).';

create table maskline.session (
  partition integer not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  unique_name text collate "C",
  status text not null,
  closed_reason text,
  mode text not null,
  ttl integer not null,
  date_started timestamp with time zone,
  date_ended timestamp with time zone,
  date_last_interaction timestamp with time zone,
  date_expiry timestamp with time zone,
  date_reopened timestamp with time zone,
  expires_at timestamp with time zone,
  timer_at timestamp with time zone,
  version bigint not null,
  date_created timestamp with time zone not null,
  date_updated timestamp with time zone not null,
  constraint session_pkey PRIMARY KEY (partition, sid)
) with (fillfactor=80);

CREATE INDEX session_account ON maskline.session USING btree (partition, account_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE INDEX session_active ON maskline.session USING btree (partition, account_sid, date_created DESC, sid DESC) WHERE (status <> 'closed'::text);

CREATE INDEX session_ended ON maskline.session USING btree (partition, date_ended, sid) WHERE (date_ended IS NOT NULL);

CREATE INDEX session_list ON maskline.session USING btree (partition, service_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE INDEX session_timer ON maskline.session USING btree (partition, timer_at) WHERE (timer_at IS NOT NULL);

CREATE UNIQUE INDEX session_name ON maskline.session USING btree (partition, service_sid, unique_name) WHERE (unique_name IS NOT NULL);

comment on column maskline.session.timer_at is 'At or before expires_at: when to look at the session again. Not event-sourced: a deadline that moves later leaves it and its index alone.';

comment on index maskline.session_account is 'Search through all sessions of an account, newest first. For those who name its condition (0008).';

comment on index maskline.session_active is 'The active sessions of an account among many closed ones, newest first.';

comment on index maskline.session_ended is 'What retention deletes, the longest closed first. An active session is not in it, so what happens to one leaves it alone.';

comment on index maskline.session_list is 'Keyset paging, newest first; also the sessions that a deleted service leaves behind. For those who name its condition (0008).';

comment on index maskline.session_name is 'Finds a session by its name; a backstop behind the claim.';

comment on index maskline.session_timer is 'What falls due. No status in the predicate: it would cost the HOT update of every interaction.';

create table maskline.short_code (
  partition integer not null,
  sid text collate "C" not null,
  account_sid text collate "C" not null,
  service_sid text collate "C" not null,
  short_code text collate "C" not null,
  iso_country text not null,
  capabilities jsonb not null,
  is_reserved boolean not null,
  version bigint not null,
  date_created timestamp with time zone not null,
  date_updated timestamp with time zone not null,
  constraint short_code_pkey PRIMARY KEY (partition, sid)
);

CREATE INDEX short_code_list ON maskline.short_code USING btree (partition, service_sid, date_created DESC, sid DESC) WHERE (date_created > '-infinity'::timestamp with time zone);

CREATE UNIQUE INDEX short_code_number ON maskline.short_code USING btree (partition, account_sid, short_code) WHERE (short_code > ''::text);

comment on index maskline.short_code_list is 'Keyset paging, newest first. For those who name its condition (0008).';

comment on index maskline.short_code_number is 'Finds the pool that a short code is in; a backstop behind the claim. For those who name its condition (0008).';

create table maskline.skipped_event (
  partition integer not null,
  reader text collate "C" not null,
  event_id uuid not null,
  stream_id text collate "C" not null,
  version bigint not null,
  "position" bigint not null,
  type text not null,
  error text not null,
  reason text not null,
  skipped_by text not null,
  skipped_at timestamp with time zone default clock() not null,
  constraint skipped_event_pkey PRIMARY KEY (partition, reader, event_id)
);

create table maskline.stream (
  partition integer not null,
  stream_id text collate "C" not null,
  account_sid text collate "C" not null,
  category text collate "C" not null,
  version bigint not null,
  status text not null,
  state jsonb,
  state_schema integer not null,
  constraint stream_pkey PRIMARY KEY (partition, stream_id)
) with (fillfactor=80);

comment on column maskline.stream.state is 'The fold of the stream''s events, so that loading never grows with the stream; null once it is deleted.';

create table maskline.subscription (
  name text collate "C" not null,
  partition integer not null,
  "position" bigint default 0 not null,
  lease_owner text,
  lease_epoch bigint default 0 not null,
  lease_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  failures integer default 0 not null,
  last_error text,
  updated_at timestamp with time zone default clock() not null,
  started bigint,
  settled bigint default 0 not null,
  marked bigint default 0 not null,
  constraint subscription_pkey PRIMARY KEY (name, partition)
) with (fillfactor=50);

create table maskline.timer_slice (
  partition integer not null,
  slice integer not null,
  lease_owner text collate "C",
  lease_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  wanted_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint timer_slice_pkey PRIMARY KEY (partition, slice)
) with (fillfactor=50);

create table maskline.webhook_cursor (
  consumer text collate "C" not null,
  stream_id text collate "C" not null,
  version bigint default 0 not null,
  claim uuid,
  claimed_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint webhook_cursor_consumer_fkey FOREIGN KEY (consumer) REFERENCES consumer_webhook(consumer) ON DELETE CASCADE,
  constraint webhook_cursor_pkey PRIMARY KEY (consumer, stream_id)
) with (fillfactor=70);

CREATE OR REPLACE FUNCTION maskline.add_deliveries(p integer, rows jsonb, days integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.append(p integer, c_stream text[], c_expected bigint[], c_account text[], c_category text[], c_count integer[], c_status text[], c_state jsonb, c_schema integer[], c_id text[], c_fingerprint text[], c_until timestamp with time zone[], c_correlation text[], c_causation text[], c_actor text[], c_request text[], c_trace text[], c_occurred timestamp with time zone[], e_cmd integer[], e_version bigint[], e_type text[], e_schema integer[], e_id uuid[], e_hash bytea[], e_data jsonb, n_cmd integer[], n_stream text[], n_version bigint[], k_cmd integer[], k_kind text[], k_key text[], r_cmd integer[], r_kind text[], r_key text[], rare jsonb, rows jsonb, OUT head_position bigint, OUT clock timestamp with time zone, OUT losers jsonb)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET jit TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
 SET lock_timeout TO '2s'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.append_one(p integer, c_stream text, c_expected bigint, c_account text, c_category text, c_status text, c_state jsonb, c_schema integer, c_id text, c_until timestamp with time zone, c_correlation text, c_causation text, c_actor text, c_request text, c_trace text, c_occurred timestamp with time zone, e_type text, e_schema integer, e_id uuid, e_hash bytea, e_data jsonb, n_stream text, n_version bigint, o_stream text, o_version bigint, k_kind text, k_key text, y_subject text, y_wrapped bytea, rows jsonb, OUT head_position bigint, OUT clock timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET jit TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
 SET lock_timeout TO '2s'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.children_of(p integer, category text, stream text, sids jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.claim_deliveries(p integer, service text, most integer, seconds integer, by uuid)
 RETURNS TABLE(sid text, account_sid text, session_sid text, interaction_sid text, event_id uuid, subject text, request bytea, number integer, tries integer, url text)
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.clock()
 RETURNS timestamp with time zone
 LANGUAGE sql
RETURN date_trunc('milliseconds'::text, clock_timestamp());

CREATE OR REPLACE FUNCTION maskline.count_sessions(p integer, account text, service text, digits text)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
begin
  return (
    select count(distinct x.stream_id) from claim x
    where x.partition = p and x.account_sid = account and x.kind = 'pair'
      and x.key >= (service || '/' || digits || '/') collate "C" and x.key < (service || '/' || digits || '0') collate "C"
  );
end
$function$;

CREATE OR REPLACE FUNCTION maskline.count_uses(p integer, uses jsonb, ok boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.erase_deliveries(p integer, interactions text[], sessions text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.events_after(p integer, stream text, after bigint, most integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT COALESCE(jsonb_agg((to_jsonb(e.*) - 'content_hash'::text) ORDER BY e.version), '[]'::jsonb) AS "coalesce" FROM (SELECT e_1.partition, e_1."position", e_1.stream_id, e_1.version, e_1.type, e_1.schema_version, e_1.event_id, e_1.account_sid, e_1.command_id, e_1.correlation_id, e_1.causation_id, e_1.actor, e_1.request_id, e_1.trace_parent, e_1.occurred_at, e_1.recorded_at, e_1.data, e_1.content_hash FROM event e_1 WHERE ((e_1.partition = events_after.p) AND (e_1.stream_id = events_after.stream) AND (e_1.version > events_after.after)) ORDER BY e_1.version LIMIT events_after.most) e);

CREATE OR REPLACE FUNCTION maskline.finish_attempt(p integer, delivery_sid text, attempt integer, by uuid, url text, called_digest bytea, http_status integer, failure text, content_type text, answer bytea, again bigint, longest_pause integer, disable_after integer)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.next_delivery(p integer, service text, paused_until timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'maskline', 'pg_catalog'
 SET enable_seqscan TO 'off'
AS $function$
declare
  first timestamptz;
begin
  select d.next_attempt_at into first from delivery d
  where d.partition = p and d.service_sid = service and d.status = 'pending' order by d.next_attempt_at limit 1;
  return case when first is not null then greatest(first, paused_until) end;
end
$function$;

CREATE OR REPLACE FUNCTION maskline.pair_is_taken(p integer, account text, service text, number text, person text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
AS $function$
begin
  return exists (
    select from maskline.claim c
    where c.partition = p and c.account_sid = account and c.kind = 'pair' and c.key = service || '/' || number || '/' || person
      and not exists (
        select from maskline.session s where s.partition = c.partition and s.sid = c.stream_id and s.expires_at <= maskline.clock() offset 0
      )
  );
end
$function$;

CREATE OR REPLACE FUNCTION maskline.pick_numbers(partitions integer[], accounts text[], services text[], sessions text[], modes text[], identifiers text[], countries text[], areas jsonb[], unused boolean[])
 RETURNS TABLE(mode text, picked_sid text, picked_number text, picked_version bigint)
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
 SET enable_memoize TO 'off'
 SET jit TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.pool_number(p integer, account text, service text, digits text, number_sid text, country text, capabilities jsonb, reserved boolean, added timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
begin
  update number_use u set is_reserved = reserved where u.partition = p and u.service_sid = service and u.number = digits;
  if not found then
    insert into number_use (partition, service_sid, number, sid, account_sid, iso_country, area_code, is_reserved, can_call, can_text,
      sessions, added_at)
    values (p, service, digits, number_sid, account, country, substring(digits from '^\+1(\d{3})\d{7}$'), reserved,
      (capabilities ->> 'voice')::boolean, (capabilities ->> 'sms')::boolean, maskline.count_sessions(p, account, service, digits), added);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION maskline.project(p integer, rows jsonb, ok boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.project_below(p integer, rows jsonb, ok boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.project_pool(p integer, rows jsonb, ok boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.rows_of(p integer, category text, stream text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.settle_timers(p integer, sids text[])
 RETURNS SETOF timestamp with time zone
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET lock_timeout TO '2s'
AS $function$
declare
  due text;
begin
  perform from partition_head h where h.partition = p for update;
  foreach due in array sids loop
    return query
      with settled as (
        update session s
        set timer_at = case when exists (select from service k where k.partition = p and k.sid = s.service_sid) then s.expires_at end
        where s.partition = p and s.sid = due and coalesce(s.timer_at, 'infinity') <= maskline.clock()
          and (s.expires_at is null or s.expires_at > maskline.clock()
            or not exists (select from service k where k.partition = p and k.sid = s.service_sid))
        returning s.timer_at
      )
      select t.timer_at from settled t where t.timer_at is not null;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION maskline.take_turns(keys text[], most integer[], wanted integer[], span interval, OUT taken integer[], OUT waits integer[])
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
 SET lock_timeout TO '1s'
AS $function$
declare
  moment timestamptz;
  recent timestamptz[];
  i int;
  n int;
begin
  taken := array_fill(0, array[cardinality(keys)]);
  waits := taken;
  for i in select u.i from unnest(keys) with ordinality u(k, i) order by u.k loop
    loop
      insert into rate_window as w (key, hits) values (keys[i], '{}') on conflict (key) do nothing;
      select w.hits into recent from rate_window w where w.key = keys[i] for update;
      exit when found; -- else it was forgotten just now
    end loop;
    moment := clock_timestamp();
    recent := array(select h from unnest(recent) with ordinality u(h, j) where h > moment - span order by j);
    n := least(wanted[i], most[i] - cardinality(recent));
    if n > 0 then
      recent := recent || array_fill(moment, array[n]);
      update rate_window w set hits = recent where w.key = keys[i];
      taken[i] := n;
    end if;
    if taken[i] < wanted[i] then
      waits[i] := greatest(1, ceil(extract(epoch from recent[1 + cardinality(recent) - most[i]] + span - moment) * 1000));
    end if;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION maskline.write_event_keys(p integer, keys jsonb, c_stream text[], ok boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION maskline.write_secrets(p integer, secrets jsonb, c_account text[], ok boolean[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'maskline', 'pg_catalog'
AS $function$
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
$function$;

create unlogged table simulator.call (
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  parent_sid text collate "C",
  from_number text collate "C" not null,
  to_number text collate "C" not null,
  status text not null,
  error_code integer,
  duration integer,
  status_callback text,
  reported text[] not null,
  sequence_number integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  held_until timestamp with time zone,
  constraint call_pkey PRIMARY KEY (account_sid, sid)
);

CREATE INDEX call_abandoned ON simulator.call USING btree (held_until) WHERE (held_until IS NOT NULL);

CREATE INDEX call_made ON simulator.call USING btree (account_sid, from_number, created_at);

CREATE INDEX call_received ON simulator.call USING btree (account_sid, to_number, created_at);

comment on index simulator.call_abandoned is 'what another process ends';

create unlogged table simulator.message (
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  send_key text collate "C",
  from_number text collate "C" not null,
  to_number text collate "C" not null,
  body text not null,
  media text[] not null,
  status text not null,
  error_code integer,
  status_callback text,
  created_at timestamp with time zone default now() not null,
  held_until timestamp with time zone,
  constraint message_pkey PRIMARY KEY (account_sid, sid)
);

CREATE INDEX message_abandoned ON simulator.message USING btree (held_until) WHERE (held_until IS NOT NULL);

CREATE INDEX message_received ON simulator.message USING btree (account_sid, to_number, created_at);

CREATE INDEX message_sent ON simulator.message USING btree (account_sid, from_number, created_at);

CREATE UNIQUE INDEX message_by_key ON simulator.message USING btree (account_sid, send_key) WHERE (send_key IS NOT NULL);

comment on index simulator.message_abandoned is 'what another process takes over';

comment on index simulator.message_by_key is 'one message for one key';

create table simulator.number (
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  phone_number text collate "C" not null,
  message_url text,
  call_url text,
  seen_at timestamp with time zone default now() not null,
  constraint number_pkey PRIMARY KEY (account_sid, sid)
);

CREATE INDEX number_by_digits ON simulator.number USING btree (account_sid, phone_number);
