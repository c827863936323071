drop function maskline.take_turn(text, int, interval);

-- Takes turns of several keys at once, `wanted[i]` of `keys[i]`, of which there are `most[i]` in a window: answers how many it took,
-- and in how many milliseconds there is one for those who got none (0 when all did). Each key but once. Whoever takes those of many
-- does so in the order of the keys, as everybody else does: else two could wait for each other.
create function maskline.take_turns(keys text[], most int[], wanted int[], span interval, out taken int[], out waits int[])
  language plpgsql
  set search_path = maskline, pg_catalog
  set lock_timeout = '1s'
as $take$
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
$take$;
