-- Who reacts to events, in a process of their own. The relay puts the events of these types into a queue per consumer;
-- how far it has come is in maskline.subscription under `relay:<name>`.
create table maskline.consumer (
  name text collate "C" primary key,
  -- Null for every type.
  types text[],
  created_at timestamptz not null default maskline.clock()
);
