import { expect } from '@jest/globals';
import { ensurePartitions } from '#event-store';
import type { Database } from '#platform';
import type { TestDatabase } from '#testing';
import { auditCommands, auditEnds, auditOrder, auditRules } from '../audits/audit-log.js';
import { auditTables } from '../audits/audit-tables.js';
import { headsOf, readWholeLog } from '../audits/whole-log.js';
import { auditAcknowledgements } from './audit-acknowledgements.js';
import { runWriters } from './run-writers.js';

export interface Arena extends TestDatabase {
  /** Of PgBouncer before the database, when appends and loads go through it. */
  readonly poolUrl?: string;
}

/** Four processes do what they can to each other for so long; then nothing may be wrong. */
export async function torture(
  { url, database, poolUrl }: Arena,
  partitions: number,
  seconds: number,
): Promise<void> {
  await ensurePartitions(database.admin, partitions);
  const { acknowledgements, refused } = await runWriters({ url, poolUrl }, partitions, seconds);
  const log = await readWholeLog(database, partitions);
  const heads = await headsOf(database);

  expect(auditOrder(log, heads)).toEqual([]);
  expect(auditRules(log)).toEqual([]);
  expect(auditEnds(log)).toEqual([]);
  expect(auditCommands(log)).toEqual([]);
  expect(auditAcknowledgements(log, acknowledgements)).toEqual([]);
  expect(await auditTables(database, log)).toEqual([]);
  expect(await deadlocksIn(database)).toBe(0);

  // All of this is worth nothing if they did not meet.
  expect(heads.size).toBe(partitions);
  const types = new Set(log.map(({ event }) => event.type));
  expect([...types]).toEqual(
    expect.arrayContaining(['ServiceDeleted', 'SessionExpired', 'SessionReopened', 'SessionDeleted']),
  );
  expect(log.some(({ actor }) => actor === 'system:cascade')).toBe(true);
  expect(acknowledgements.filter(({ isDuplicate }) => isDuplicate).length).toBeGreaterThan(10);
  const reasons = ['exists-already', 'session-name-taken', 'service-name-taken', 'service-not-found'];
  expect(reasons.filter((code) => (refused[code] ?? 0) === 0)).toEqual([]);
  expect(refused['overloaded'] ?? 0).toBe(0);
}

async function deadlocksIn(database: Database): Promise<number> {
  const { rows } = await database.admin.query<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return rows[0]?.deadlocks ?? -1;
}
