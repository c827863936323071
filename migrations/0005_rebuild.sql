-- How far a rebuild of a table has come, written with the rows, so that one which was cut short can go on.
create table maskline.rebuild (
  table_name text collate "C" not null,
  partition int not null,
  -- Streams are folded up to this position, the head when the rebuild began …
  base bigint not null,
  -- … and this is the last of them that is done; null before the first.
  folded_to text collate "C",
  folded_events bigint not null default 0,
  is_folded boolean not null default false,
  -- From the base on, events are applied in the order of the log; up to here they are.
  position bigint not null,
  primary key (table_name, partition)
);
