-- Gives every partition of the log tables of its own: run once, with psql -1, while no process of Maskline runs.
-- Worth it when the partitions are many and large: vacuum, backup and indexes then work on one of them at a time, and each
-- can lie on a disk of its own (alter table … set tablespace). What a statement costs stays the same: all of them name their
-- partition. The read model stays whole, for a rebuild swaps its tables, and commands are forgotten after a day.
-- Rows are copied, so it takes as long as reading and writing them, and as much room beside the old tables.
do $$
declare
  log constant text[] := array['event', 'stream', 'claim'];
  -- These hold on to a table by its number, so they are made again.
  functions constant text[] := array(
    select pg_get_functiondef(oid) from pg_proc where pronamespace = 'maskline'::regnamespace and prosqlbody is not null);
  name text;
  settings text;
  function text;
  p int;
begin
  foreach name in array log loop
    select ' with (' || array_to_string(c.reloptions, ', ') || ')' into settings
    from pg_class c where c.oid = ('maskline.' || name)::regclass;
    execute format('alter table maskline.%1$I rename to %1$s_whole', name);
    execute format('create table maskline.%1$I (like maskline.%1$s_whole including all) partition by list (partition)', name);
    for p in select h.partition from maskline.partition_head h order by 1 loop
      execute format('create table maskline.%1$s_p%2$s partition of maskline.%1$I for values in (%2$s)', name, p) || coalesce(settings, '');
    end loop;
    execute format('insert into maskline.%1$I select * from maskline.%1$s_whole', name);
  end loop;
  foreach function in array functions loop
    execute function;
  end loop;
  foreach name in array log loop
    execute format('drop table maskline.%1$s_whole', name);
  end loop;
end
$$;
analyze maskline.event, maskline.stream, maskline.claim;
