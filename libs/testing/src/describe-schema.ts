import type pg from 'pg';

// pg_dump would do, but it comes with neither PostgreSQL from npm nor every CI machine, refuses servers newer than
// itself and words things differently from version to version. These functions of the catalogs are always there.

/** Our own, the simulator's last. BullMQ makes its own. */
const SCHEMAS = ['maskline', 'simulator'];

const columns = `
  select string_agg(format('  %I %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      (select ' collate ' || quote_ident(c.collname) from pg_collation c
        where c.oid = a.attcollation and a.attcollation <> t.typcollation),
      case when a.attidentity <> '' then ' generated ' || case a.attidentity when 'a' then 'always' else 'by default' end || ' as identity' end,
      case a.attgenerated when 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
        when 'v' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ')'
        else ' default ' || pg_get_expr(d.adbin, d.adrelid) end,
      case when a.attnotnull then ' not null' end), E',\\n' order by a.attnum)
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped`;

/** Not-null constraints are left out: PostgreSQL 18 lists them, 15 does not, and the columns show them anyway. */
const constraints = `
  select string_agg(format(E',\\n  constraint %I %s', conname, pg_get_constraintdef(oid)), '' order by contype, conname)
  from pg_constraint
  where conrelid = r.oid and contype <> 'n'`;

const tables = (schema: string) => `
  select relname as name, 1 as rank, format(E'create %stable ${schema}.%I (\\n%s%s\\n)%s%s;',
    case relpersistence when 'u' then 'unlogged ' end, relname, (${columns}), (${constraints}),
    case when relkind = 'p' then ' partition by ' || pg_get_partkeydef(oid) end,
    ' with (' || array_to_string(reloptions, ', ') || ')') as sql
  from pg_class r
  where relnamespace = '${schema}'::regnamespace and relkind in ('r', 'p')`;

const indexes = (schema: string) => `
  select t.relname as name, 2 as rank, pg_get_indexdef(i.indexrelid) || ';' as sql
  from pg_index i
  join pg_class t on t.oid = i.indrelid
  where t.relnamespace = '${schema}'::regnamespace and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`;

const triggers = (schema: string) => `
  select t.relname as name, 3 as rank, pg_get_triggerdef(g.oid) || ';' as sql
  from pg_trigger g
  join pg_class t on t.oid = g.tgrelid
  where t.relnamespace = '${schema}'::regnamespace and not g.tgisinternal`;

const views = (schema: string) => `
  select relname as name, 1 as rank, format(E'create %sview ${schema}.%I as\\n%s',
    case relkind when 'm' then 'materialized ' end, relname, pg_get_viewdef(oid)) as sql
  from pg_class
  where relnamespace = '${schema}'::regnamespace and relkind in ('v', 'm')`;

const sequences = (schema: string) => `
  select c.relname as name, 0 as rank, format('create sequence ${schema}.%I;', c.relname) as sql
  from pg_class c
  where c.relnamespace = '${schema}'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend where objid = c.oid and deptype = 'i')`;

const enums = (schema: string) => `
  select t.typname as name, 0 as rank, format('create type ${schema}.%I as enum (%s);', t.typname,
    string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)) as sql
  from pg_type t
  join pg_enum e on e.enumtypid = t.oid
  where t.typnamespace = '${schema}'::regnamespace
  group by t.typname`;

const functions = (schema: string) => `
  select '~' || proname as name, 1 as rank, rtrim(pg_get_functiondef(oid), E'\\n ') || ';' as sql
  from pg_proc
  where pronamespace = '${schema}'::regnamespace and prokind in ('f', 'p')`;

/** A comment stands behind the thing that it is about: an index, column or constraint belongs to its table. */
const comments = (schema: string) => `
  select coalesce(t.relname, c.relname, '~' || p.proname, '') as name, 4 as rank,
    format('comment on %s %s is %L;', replace(replace(o.type, 'table column', 'column'), 'table constraint', 'constraint'),
      o.identity, d.description) as sql
  from pg_description d
  cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) o
  left join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
  left join pg_index i on i.indexrelid = c.oid
  left join pg_constraint n on d.classoid = 'pg_constraint'::regclass and n.oid = d.objoid
  left join pg_class t on t.oid in (i.indrelid, n.conrelid)
  left join pg_proc p on d.classoid = 'pg_proc'::regclass and p.oid = d.objoid
  where o.schema = '${schema}' or o.identity like '% on ${schema}.%' or (o.type = 'schema' and o.identity = '${schema}')`;

const parts = [tables, indexes, triggers, views, sequences, enums, functions, comments];

/** What the migrations result in, as SQL to read: the same text on every version of PostgreSQL. Functions come last. */
export async function describeSchema(pool: pg.Pool): Promise<string> {
  const statements = ['-- What the migrations result in. Written by `npm run schema`; a spec compares.'];
  for (const schema of SCHEMAS) {
    const { rows } = await pool.query<{ sql: string }>(
      `select sql from (${parts.map((part) => part(schema)).join(' union all ')}) part
       order by name collate "C", rank, sql collate "C"`,
    );
    statements.push(...rows.map(({ sql }) => sql));
  }
  return `${statements.join('\n\n')}\n`;
}
