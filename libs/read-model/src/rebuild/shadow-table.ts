import type pg from 'pg';

// The table that a rebuild fills, beside the one that is in use: `<table>_rebuild`, its indexes and constraints named alike,
// and in all else made after the live table as the catalogs know it, so that nothing here must be told of its columns.

export function shadowOf(table: string): string {
  return `maskline.${table}_rebuild`;
}

export async function dropShadow(client: pg.ClientBase, table: string): Promise<void> {
  await client.query(`drop table if exists ${shadowOf(table)}`);
}

/** Makes the shadow anew, without indexes: they cost least when they are built over all rows at once. */
export async function createShadow(client: pg.ClientBase, table: string): Promise<void> {
  const shadow = shadowOf(table);
  await dropShadow(client, table);
  await client.query(
    `create table ${shadow} (like maskline.${table} including all excluding indexes excluding statistics)`,
  );
  await runAll(client, dressing, [table, shadow]);
}

/** What `like` leaves behind: storage parameters, the table's comment, its owner and who may do what with it. */
const dressing = `
  select format('alter table %s set (%s)', $2::text, array_to_string(c.reloptions, ', ')) as ddl
  from pg_class c where c.oid = to_regclass('maskline.' || $1) and c.reloptions is not null
  union all
  select format('comment on table %s is %L', $2::text, d)
  from obj_description(to_regclass('maskline.' || $1), 'pg_class') d where d is not null
  union all
  select format('alter table %s owner to %I', $2::text, r.rolname)
  from pg_class c join pg_roles r on r.oid = c.relowner
  where c.oid = to_regclass('maskline.' || $1) and r.rolname <> current_user
  union all
  select format('grant %s on %s to %s%s', a.privilege_type, $2::text, coalesce(quote_ident(r.rolname), 'public'),
    case when a.is_grantable then ' with grant option' else '' end)
  from pg_class c cross join lateral aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
  where c.oid = to_regclass('maskline.' || $1) and a.grantee <> c.relowner`;

/** The columns in their order. */
export async function columnsOf(client: pg.ClientBase, table: string): Promise<string[]> {
  const { rows } = await client.query<{ attname: string }>(
    `select attname from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  return rows.map(({ attname }) => attname);
}

/** Indexes and constraints that the live table has and the shadow still lacks, the primary key first. */
export async function indexShadow(
  client: pg.ClientBase,
  table: string,
  onEach: (done: number, all: number) => void,
): Promise<void> {
  const { rows } = await client.query<{ ddl: string }>(indexes, [table]);
  for (const [i, { ddl }] of rows.entries()) {
    onEach(i, rows.length);
    await client.query(ddl);
  }
  onEach(rows.length, rows.length);
  // Fresh statistics, or the first statements after the cut-over would be planned as for an empty table.
  await client.query(`analyze ${shadowOf(table)}`);
}

const indexes = `
  with live as (
    select i.indexrelid, c.relname, x.conname, x.contype, pg_get_constraintdef(x.oid) as constraintdef,
      regexp_replace(pg_get_indexdef(i.indexrelid), '^(CREATE (UNIQUE )?INDEX) .*? ON .*? USING ',
        format('\\1 %I on maskline.%I using ', c.relname || '_rebuild', $1 || '_rebuild')) as indexdef,
      obj_description(i.indexrelid, 'pg_class') as remark
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    left join pg_constraint x on x.conindid = i.indexrelid and x.conrelid = i.indrelid
    where i.indrelid = to_regclass('maskline.' || $1)
      and to_regclass(format('maskline.%I', c.relname || '_rebuild')) is null
  )
  select concat_ws('; ',
    case when conname is null then indexdef
      else format('alter table maskline.%I add constraint %I %s', $1 || '_rebuild', conname || '_rebuild', constraintdef) end,
    case when remark is not null then format('comment on index maskline.%I is %L', relname || '_rebuild', remark) end) as ddl
  from live order by contype = 'p' desc nulls last, relname`;

/** Gives the table that was the shadow the names of the one that it replaced. */
export async function renameParts(client: pg.ClientBase, table: string): Promise<void> {
  await runAll(client, renames, [table]);
}

const renames = `
  select format('alter index maskline.%I rename to %I', c.relname, regexp_replace(c.relname, '_rebuild$', '')) as ddl
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where i.indrelid = to_regclass('maskline.' || $1) and c.relname like '%\\_rebuild'
  union all
  select format('alter table maskline.%I rename constraint %I to %I', $1, x.conname, replace(x.conname, $1 || '_rebuild', $1))
  from pg_constraint x
  where x.conrelid = to_regclass('maskline.' || $1) and x.conindid = 0 and x.conname like $1 || '\\_rebuild%'`;

/** Runs the statements that a query answers with. */
export async function runAll(client: pg.ClientBase, query: string, values: unknown[]): Promise<void> {
  const { rows } = await client.query<{ ddl: string }>(query, values);
  for (const { ddl } of rows) await client.query(ddl);
}
