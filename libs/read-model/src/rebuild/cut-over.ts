import type pg from 'pg';
import { sqlState } from '#platform';
import { applyLog } from './apply-log.js';
import type { Target } from './copy-rows.js';
import { doubtTimers } from './doubt-timers.js';
import { forget, readProgress } from './progress.js';
import type { Rebuilding } from './rebuilding.js';
import { renameParts, shadowOf } from './shadow-table.js';

/** Where each partition stood when the tables changed places. */
export type CutOver = ReadonlyMap<number, number>;

/** The SQLSTATE of a lock that was not had within `lock_timeout`. */
const lockNotAvailable = '55P03';

/**
 * Puts the shadow in the place of the live table, in one transaction. With every head row locked nobody can append, so what
 * is applied then is all there is. Then the table is locked, which has to wait for readers; a long one must not hold up
 * appends, so after `patience` milliseconds this gives way, and null is answered.
 */
export async function cutOver(
  { writer, table, decoding }: Rebuilding,
  targets: readonly Target[],
  patience: number,
): Promise<CutOver | null> {
  const heads = new Map<number, number>();
  await writer.query('begin');
  try {
    await writer.query(`set local lock_timeout = '5s'`);
    await writer.query('select from maskline.partition_head order by partition for update');
    for (const { partition, position } of await readProgress(writer, table.name)) {
      const target = targets.find((candidate) => candidate.partition === partition);
      if (target === undefined) throw new Error(`partition ${partition} is new since the rebuild began`);
      for (let at = { position, hasMore: true }; at.hasMore;) {
        at = await applyLog(writer, target, at.position, decoding);
        heads.set(partition, at.position);
      }
    }
    await writer.query(`set local lock_timeout = ${patience}`);
    await writer.query(`lock table maskline.${table.name} in access exclusive mode`);
    await swap(writer, table.name);
    for (const partition of heads.keys()) await doubtTimers(writer, table, partition);
    await writer.query('commit');
    return heads;
  } catch (error) {
    await writer.query('rollback');
    if (sqlState(error) === lockNotAvailable) return null;
    throw error;
  }
}

/** Only names change, so statements and functions that were planned for the old table find the new one. */
async function swap(writer: pg.PoolClient, table: string): Promise<void> {
  // The body of an SQL function is bound to the table itself, not to its name: it is made again.
  const { rows: functions } = await writer.query<{ ddl: string }>(boundFunctions, [table]);
  await writer.query(`alter table maskline.${table} rename to ${table}_replaced`);
  await writer.query(`alter table ${shadowOf(table)} rename to ${table}`);
  for (const { ddl } of functions) await writer.query(ddl);
  await writer.query(`drop table maskline.${table}_replaced`);
  await renameParts(writer, table);
  await forget(writer, table);
}

const boundFunctions = `
  select pg_get_functiondef(p.oid) as ddl
  from pg_proc p
  where exists (
    select from pg_depend d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid
      and d.refclassid = 'pg_class'::regclass and d.refobjid = to_regclass('maskline.' || $1)
  )`;

const dependents = `
  select pg_describe_object(d.classid, d.objid, d.objsubid) as name
  from pg_depend d
  where (d.refclassid, d.refobjid) in (
      select 'pg_class'::regclass::oid, c.oid from pg_class c where c.oid = to_regclass('maskline.' || $1)
      union all
      select 'pg_type'::regclass, c.reltype from pg_class c where c.oid = to_regclass('maskline.' || $1)
    )
    and d.deptype in ('n', 'a')
    and not (d.refclassid = 'pg_class'::regclass and d.classid = 'pg_proc'::regclass)
    and not (d.classid = 'pg_class'::regclass
      and exists (select from pg_index i where i.indexrelid = d.objid and i.indrelid = d.refobjid))
    and not (d.classid = 'pg_constraint'::regclass
      and exists (select from pg_constraint x where x.oid = d.objid and x.conrelid = d.refobjid and x.contype <> 'f'))
    and d.classid <> 'pg_attrdef'::regclass
  order by 1`;

/** What hangs on the table and would be lost or left behind by a swap: views, triggers, foreign keys, publications … */
export async function findDependents(client: pg.ClientBase, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(dependents, [table]);
  return [...new Set(rows.map(({ name }) => name))];
}
