-- Sessions that have been closed for long are deleted, however many there are and however many workers look.

create index session_ended on maskline.session (partition, date_ended, sid) where date_ended is not null;
comment on index maskline.session_ended is
  'What retention deletes, the longest closed first. An active session is not in it, so what happens to one leaves it alone.';

create table maskline.retention_turn (
  partition int primary key,
  owner uuid,
  until timestamptz not null default '-infinity'
) with (fillfactor = 50);
comment on table maskline.retention_turn is
  'Who looks for sessions that have been closed for long, so that two workers do not get in each other''s way.';
comment on column maskline.retention_turn.until is
  'Until then nobody else looks: while there is an owner, as its lease; without one, because somebody has just looked.';
