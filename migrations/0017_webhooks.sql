-- Consumers without a program of their own: the worker tells a URL of each event, as a CloudEvent.

-- Why it is paused when nobody has asked for that: `gone` is an endpoint that answered 410.
alter table maskline.consumer add column paused_because text collate "C" check (paused_because in ('gone'));

-- Secrets are sealed by the master key. After a change the one before it signs too, until then.
create table maskline.consumer_webhook (
  consumer text collate "C" primary key references maskline.consumer (name) on delete cascade,
  url text not null,
  secret bytea not null,
  previous_secret bytea,
  previous_until timestamptz,
  is_ordered boolean not null,
  has_personal boolean not null
);

comment on column maskline.consumer_webhook.is_ordered is 'The events of a stream are told one after the other.';
comment on column maskline.consumer_webhook.has_personal is 'It is told of personal fields, and in plain; else they are left out.';

-- Up to which version an ordered one was told of each stream, and who is telling it now. No transaction waits for a server of somebody's.
create table maskline.webhook_cursor (
  consumer text collate "C" not null references maskline.consumer_webhook (consumer) on delete cascade,
  stream_id text collate "C" not null,
  version bigint not null default 0,
  claim uuid,
  claimed_until timestamptz not null default '-infinity',
  primary key (consumer, stream_id)
) with (fillfactor = 70);
