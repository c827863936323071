-- Who reacts to events, in a process of their own. The relay puts the events of these types into a queue per consumer;
-- how far it has come is in maskline.subscription under `relay:<name>.<id>`.
create table maskline.consumer (
  name text collate "C" primary key,
  -- New for each registration: who is removed and added again is another consumer to a relay that has not noticed yet.
  id int generated always as identity,
  -- Null for every type.
  types text[],
  created_at timestamptz not null default maskline.clock()
);
