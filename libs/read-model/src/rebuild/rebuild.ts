import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Decoding } from '#event-store';
import { StartError, type Database } from '#platform';
import { decodingOf } from '../decoding-of.js';
import type { FoldedTable } from '../folded-table.js';
import { applyLog } from './apply-log.js';
import type { Target } from './copy-rows.js';
import { cutOver, findDependents, type CutOver } from './cut-over.js';
import { fill } from './fill.js';
import { abandon, begin, canResume, readProgress } from './progress.js';
import type { Rebuilding } from './rebuilding.js';
import { settle } from './settle.js';
import { columnsOf, indexShadow, shadowOf } from './shadow-table.js';

/** What a rebuild is doing, and how far it is with that; `total` may be an estimate. */
export interface RebuildProgress {
  readonly phase: 'fold' | 'index' | 'follow' | 'cut-over' | 'settle';
  readonly done: number;
  readonly total: number;
}

export interface RebuildOptions {
  readonly decoding: Decoding;
  /** Goes on with a rebuild that was cut short; without it that one's work is thrown away. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RebuildProgress) => void;
  /**
   * Milliseconds for which commands that had read a row of the old table before the cut-over are watched. A caller has
   * his answer after ten seconds, a flush may take a little longer.
   */
  readonly settleFor?: number;
}

export interface Rebuilt {
  readonly events: number;
  /** Rows that a command wrote across the cut-over from what it had read before, and that were made again. */
  readonly repaired: number;
}

/** Appends go on while the shadow follows them; so many milliseconds of them are left for the cut-over at most. */
const closeEnough = 500;

/** How long the cut-over waits for readers, in turn. The last outlasts PostgreSQL's second, after which autovacuum gives way. */
const patience = [250, 500, 1500];

/**
 * Makes a table again from the log while the system runs: a shadow is filled beside it, follows the log and takes its place
 * at an exact position. Readers and writers notice nothing but a pause of milliseconds.
 */
export async function rebuild(
  database: Database,
  table: FoldedTable,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { resume = false, signal = new AbortController().signal, settleFor = 15_000 } = options;
  const onProgress = options.onProgress ?? (() => undefined);
  const decoding = decodingOf(table, options.decoding);
  return withLock(database, table.name, async (writer, reader) => {
    await refuseDependents(writer, table.name);
    if (!resume) await begin(writer, table.name);
    else if (!(await canResume(writer, table.name))) {
      throw new StartError(`there is no unfinished rebuild of ${table.name} that could go on`);
    }
    const rebuilding: Rebuilding = { table, decoding, writer, reader, signal };
    const targets = await targetsOf(writer, table);
    const events = await fillAll(rebuilding, targets, onProgress);
    await indexShadow(writer, table.name, (done, total) => {
      signal.throwIfAborted();
      onProgress({ phase: 'index', done, total });
    });
    const heads = await followUntilSwapped(rebuilding, targets, onProgress);
    const repaired = await settle(rebuilding, heads, settleFor, (done, total) => {
      onProgress({ phase: 'settle', done, total });
    });
    return { events, repaired };
  });
}

/** Throws away what an unfinished rebuild has left. */
export async function abandonRebuild(database: Database, table: FoldedTable): Promise<void> {
  await withLock(database, table.name, async (writer) => {
    await abandon(writer, table.name);
  });
}

async function fillAll(
  rebuilding: Rebuilding,
  targets: readonly Target[],
  onProgress: (progress: RebuildProgress) => void,
): Promise<number> {
  const { writer, table } = rebuilding;
  const partitions = await readProgress(writer, table.name);
  // The log also holds what does not concern this table, but for the great ones that is little.
  const total = partitions.reduce((sum, { base }) => sum + base, 0);
  let done = partitions.reduce((sum, { foldedEvents }) => sum + foldedEvents, 0);
  for (const progress of partitions.filter(({ isFolded }) => !isFolded)) {
    await fill(rebuilding, targetOf(targets, progress.partition), progress, (events) => {
      done += events;
      onProgress({ phase: 'fold', done, total });
    });
  }
  onProgress({ phase: 'fold', done, total: done });
  return done;
}

async function followUntilSwapped(
  rebuilding: Rebuilding,
  targets: readonly Target[],
  onProgress: (progress: RebuildProgress) => void,
): Promise<CutOver> {
  for (let attempt = 0; ; attempt++) {
    await follow(rebuilding, targets, onProgress);
    onProgress({ phase: 'cut-over', done: attempt, total: attempt + 1 });
    const heads = await cutOver(rebuilding, targets, patience[attempt % patience.length] ?? 250);
    if (heads !== null) return heads;
    await pause(Math.min(1000 * (attempt + 1), 10_000), undefined, { signal: rebuilding.signal });
  }
}

/** Applies the log until a round over all partitions takes so little time that the rest fits into the cut-over. */
async function follow(
  { writer, table, decoding, signal }: Rebuilding,
  targets: readonly Target[],
  onProgress: (progress: RebuildProgress) => void,
): Promise<void> {
  for (let took = Infinity; took > closeEnough;) {
    const started = performance.now();
    for (const { partition, position } of await readProgress(writer, table.name)) {
      for (let at = { position, hasMore: true }; at.hasMore;) {
        signal.throwIfAborted();
        await writer.query('begin');
        at = await applyLog(writer, targetOf(targets, partition), at.position, decoding);
        await writer.query('commit');
        onProgress({ phase: 'follow', done: at.position, total: at.position });
      }
    }
    took = performance.now() - started;
  }
}

async function targetsOf(writer: pg.PoolClient, table: FoldedTable): Promise<Target[]> {
  const columns = await columnsOf(writer, `maskline.${table.name}`);
  const partitions = await readProgress(writer, table.name);
  return partitions.map(({ partition }) => ({ table, into: shadowOf(table.name), columns, partition }));
}

function targetOf(targets: readonly Target[], partition: number): Target {
  const target = targets.find((candidate) => candidate.partition === partition);
  if (target === undefined) throw new Error(`partition ${partition} is not part of the rebuild`);
  return target;
}

async function refuseDependents(writer: pg.PoolClient, table: string): Promise<void> {
  const names = await findDependents(writer, table);
  if (names.length === 0) return;
  throw new StartError(`maskline.${table} cannot be replaced while these depend on it: ${names.join('; ')}`);
}

/** Lets one rebuild of a table run at a time. The lock belongs to the connection, so that it goes with the process. */
async function withLock<Result>(
  { admin }: Database,
  table: string,
  work: (writer: pg.PoolClient, reader: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const writer = await admin.connect();
  try {
    const { rows } = await writer.query<{ taken: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('maskline.rebuild.' || $1, 0)) as taken`,
      [table],
    );
    if (rows[0]?.taken !== true) throw new StartError(`another rebuild of ${table} is under way`);
    const reader = await admin.connect();
    try {
      const result = await work(writer, reader);
      await unlock(writer);
      return result;
    } catch (error) {
      // Refused, so it is amid nothing.
      if (error instanceof StartError) await unlock(writer);
      throw error;
    } finally {
      // Closed rather than handed back: it may be amid a copy.
      reader.release(true);
    }
  } finally {
    writer.release(true);
  }
}

/** A connection takes a while to close, and another rebuild may follow at once. */
async function unlock(writer: pg.PoolClient): Promise<void> {
  await writer.query('select pg_advisory_unlock_all()');
}
