-- The carrier that lives in the product (CARRIER=simulator): its numbers, and the messages and calls of its phones, which are
-- kept for a day. Nothing here is truth of ours: to Maskline it is another company's database.
create schema simulator;

-- What an account bought, and where it has it reported. Logged, unlike the rest: a carrier does not forget its customers'
-- settings when a server crashes.
create table simulator.number (
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  phone_number text collate "C" not null,
  message_url text,
  call_url text,
  seen_at timestamptz not null default now(),
  primary key (account_sid, sid)
);
-- The SID is made of the number, so one is unique as the other is. Not said twice: two who ask for a number at once would then
-- meet at either of two indexes, and an upsert forgives at one.
create index number_by_digits on simulator.number (account_sid, phone_number);

create unlogged table simulator.message (
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  -- The sender's own name for it, by which it is sent once; null for what a phone sends.
  send_key text collate "C",
  from_number text collate "C" not null,
  to_number text collate "C" not null,
  body text not null,
  media text[] not null,
  status text not null,
  error_code int,
  status_callback text,
  created_at timestamptz not null default now(),
  -- Until when the process that carries it is trusted to be alive; null once it has arrived or failed.
  held_until timestamptz,
  primary key (account_sid, sid)
);
create unique index message_by_key on simulator.message (account_sid, send_key) where send_key is not null;
create index message_sent on simulator.message (account_sid, from_number, created_at);
create index message_received on simulator.message (account_sid, to_number, created_at);
create index message_abandoned on simulator.message (held_until) where held_until is not null;
comment on index simulator.message_by_key is 'one message for one key';
comment on index simulator.message_abandoned is 'what another process takes over';

create unlogged table simulator.call (
  account_sid text collate "C" not null,
  sid text collate "C" not null,
  -- The call for which this one was dialled.
  parent_sid text collate "C",
  from_number text collate "C" not null,
  to_number text collate "C" not null,
  status text not null,
  error_code int,
  -- Seconds of talk, once it is over.
  duration int,
  status_callback text,
  -- Which statuses are reported, and how many were.
  reported text[] not null,
  sequence_number int not null default 0,
  created_at timestamptz not null default now(),
  held_until timestamptz,
  primary key (account_sid, sid)
);
create index call_made on simulator.call (account_sid, from_number, created_at);
create index call_received on simulator.call (account_sid, to_number, created_at);
create index call_abandoned on simulator.call (held_until) where held_until is not null;
comment on index simulator.call_abandoned is 'what another process ends';
