-- A stream of which a subscription could not handle an event. Later events of the stream wait in the log, behind `version`;
-- those of other streams go on. Only the reader that holds the lease changes a row, but for what somebody asks of it.
-- No personal data: an error is told by its name.
create table maskline.dead_letter (
  partition int not null,
  subscription text collate "C" not null,
  stream_id text collate "C" not null,
  id bigint generated always as identity,
  -- The event that is to be handled next.
  version bigint not null,
  position bigint not null,
  event_id uuid not null,
  type text not null,
  error text not null,
  failures int not null default 1,
  parked_at timestamptz not null default maskline.clock(),
  -- What the reader shall do with it.
  wanted text check (wanted in ('retry', 'skip')),
  reason text,
  wanted_by text,
  primary key (partition, subscription, stream_id),
  unique (id)
);

-- Events that a reader has not handled and never will, because somebody said so. A reader is a subscription or a consumer.
create table maskline.skipped_event (
  partition int not null,
  reader text collate "C" not null,
  event_id uuid not null,
  stream_id text collate "C" not null,
  version bigint not null,
  position bigint not null,
  type text not null,
  error text not null,
  reason text not null,
  skipped_by text not null,
  skipped_at timestamptz not null default maskline.clock(),
  primary key (partition, reader, event_id)
);

-- Of the relay of a consumer. `started`: it was registered for events after this position; null for a registration that is
-- older than the column. `settled`: up to here the consumer has handled everything. `marked`: up to here its jobs were added to its queue.
alter table maskline.subscription
  add column started bigint,
  add column settled bigint not null default 0,
  add column marked bigint not null default 0;
update maskline.subscription set settled = position;

-- Nothing is sent to it and it takes nothing until it is resumed.
alter table maskline.consumer add column paused_at timestamptz;
