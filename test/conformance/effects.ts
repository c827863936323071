import type pg from 'pg';
import type { Followed, Peer } from './peer.js';

/** Where readers write down what came to them, in the transaction of their checkpoint. */
export async function makeEffects(admin: pg.Pool): Promise<void> {
  await admin.query('create schema conformance');
  await admin.query(
    `create table conformance.effect (
       n bigint generated always as identity, reader text, stream text, version bigint, position bigint
     )`,
  );
}

/** The effect of every reader here: each event that came, in the order in which they came. */
export async function noteEffects(
  reader: string,
  events: readonly Followed[],
  tx: pg.ClientBase,
): Promise<void> {
  await tx.query(
    `insert into conformance.effect (reader, stream, version, position)
     select $1, e.stream, e.version, e.position
     from unnest($2::text[], $3::bigint[], $4::bigint[]) with ordinality e(stream, version, position, i) order by i`,
    [
      reader,
      events.map(({ stream }) => stream),
      events.map(({ version }) => version),
      events.map(({ position }) => position),
    ],
  );
}

export async function countEffects(admin: pg.Pool): Promise<number> {
  return count(admin, 'select count(*) from conformance.effect');
}

export async function countEffectsOf(admin: pg.Pool, reader: string): Promise<number> {
  return count(admin, 'select count(*) from conformance.effect where reader = $1', [reader]);
}

export async function countEvents(admin: pg.Pool, { log }: Peer): Promise<number> {
  return count(admin, `select count(*) from ${log.table}`);
}

async function count(admin: pg.Pool, sql: string, values: readonly string[] = []): Promise<number> {
  const { rows } = await admin.query<{ count: string }>(sql, [...values]);
  return Number(rows[0]?.count);
}

export interface Audit {
  readonly events: number;
  /** Events of the log that had no effect. */
  readonly missing: number;
  /** Effects beyond the first of their event. */
  readonly doubled: number;
  /** Effects that came after a later one of their stream. */
  readonly disordered: number;
}

/** Compares the effects with the log. */
export async function auditEffects(admin: pg.Pool, { log }: Peer): Promise<Audit> {
  const { rows } = await admin.query<Record<keyof Audit, string>>(
    `select
       (select count(*) from ${log.table}) as events,
       (select count(*) from ${log.table} l where not exists (
          select from conformance.effect e where e.stream = l.${log.stream} and e.version = l.${log.version}
        )) as missing,
       (select count(*) - count(distinct (stream, version)) from conformance.effect) as doubled,
       (select count(*) from (
          select version < max(version) over (partition by stream order by n rows unbounded preceding) as is_late
          from conformance.effect
        ) o where is_late) as disordered`,
  );
  const [counts] = rows;
  return {
    events: Number(counts?.events),
    missing: Number(counts?.missing),
    doubled: Number(counts?.doubled),
    disordered: Number(counts?.disordered),
  };
}

/** Every event once, and in the order of its stream. */
export function isFlawless({ missing, doubled, disordered }: Audit): boolean {
  return missing + doubled + disordered === 0;
}

export function describeAudit({ events, missing, doubled, disordered }: Audit): string {
  return `of ${events.toLocaleString('en')} events ${missing} never came, ${doubled} took effect again, ${disordered} came out of order`;
}
