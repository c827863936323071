-- A secret can be moved from one slot to another: `"secrets": [{cmd, sid, slot, value: hex | null, from: slot | null}]` of `append`.
-- A secondary auth token becomes the primary one so. It is moved under the partition's head, not read before and written again.

create or replace function maskline.write_secrets(p int, secrets jsonb, c_account text[], ok boolean[]) returns void
  language plpgsql
  set search_path = maskline, pg_catalog
as $$
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
    if gone.slot = 'key-hash' then
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
  where ok[b.cmd] and b.value is not null and b.slot = 'key-hash';
end
$$;
