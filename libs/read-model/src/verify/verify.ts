import type pg from 'pg';
import { readPartitions, type Decoding } from '#event-store';
import type { Database } from '#platform';
import { foldedTables, phoneNumberTable, shortCodeTable, type FoldedTable } from '../folded-table.js';
import type { RowDifference } from './compare-rows.js';
import { verifyLog, type LogDifference } from './verify-log.js';
import { verifyPools } from './verify-pools.js';
import { verifyStates, type StateDifference } from './verify-states.js';
import { verifyTable } from './verify-table.js';
import type { Verifying } from './verifying.js';

/** What does not agree with the log, or within it. */
export type Difference =
  | ({ readonly check: 'rows' } & RowDifference)
  | ({ readonly check: 'states' } & StateDifference)
  | ({ readonly check: 'log' } & LogDifference);

/** `rows`: read-model rows against the fold, and what is counted of numbers. `states`: what decisions start from. `log`: positions, times, hashes. */
export type Check = Difference['check'];

export interface VerifyProgress {
  readonly check: Check;
  readonly events: number;
  readonly total: number;
}

export interface VerifyOptions {
  readonly decoding: Decoding;
  readonly checks: readonly Check[];
  readonly tables?: readonly FoldedTable[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Told one by one, for there may be as many as rows. */
  readonly onDifference: (difference: Difference) => void;
}

/** Of what each check has compared: rows, streams and events of the log. Absent for a check that was not asked for. */
export type Compared = Readonly<Partial<Record<Check, number>>>;

/** Holds what is stored against what the events say, while the system runs. */
export async function verify({ admin }: Database, options: VerifyOptions): Promise<Compared> {
  const { decoding, checks, tables = foldedTables, onDifference } = options;
  const { signal = new AbortController().signal, onProgress = () => undefined } = options;
  const client = await admin.connect();
  try {
    const partitions = Array.from({ length: await readPartitions(client) }, (_, partition) => partition);
    const compared: Partial<Record<Check, number>> = {};
    for (const check of checks) {
      const total = check === 'rows' ? await sizeOfStreams(client, tables) : await sizeOfLog(client);
      let events = 0;
      let things = 0;
      const onEvents = (more: number) => {
        events += more;
        onProgress({ check, events, total: Math.max(total, events) });
      };
      const onCompared = (more: number) => {
        things += more;
      };
      onEvents(0);
      await run(check, { client, partitions, decoding, signal, onEvents, onCompared }, tables, onDifference);
      onProgress({ check, events, total: events });
      compared[check] = things;
    }
    return compared;
  } finally {
    // Closed rather than handed back: it may be amid a copy.
    client.release(true);
  }
}

async function run(
  check: Check,
  verifying: Verifying,
  tables: readonly FoldedTable[],
  onDifference: (difference: Difference) => void,
): Promise<void> {
  switch (check) {
    case 'rows':
      for (const table of tables) {
        await verifyTable(verifying, table, (row) => {
          onDifference({ check, ...row });
        });
      }
      if (!tables.includes(phoneNumberTable) && !tables.includes(shortCodeTable)) return;
      await verifyPools(verifying, (row) => {
        onDifference({ check, ...row });
      });
      return;
    case 'states':
      await verifyStates(verifying, (state) => {
        onDifference({ check, ...state });
      });
      return;
    case 'log':
      await verifyLog(verifying, (log) => {
        onDifference({ check, ...log });
      });
  }
}

async function sizeOfLog(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ size: number }>(
    'select coalesce(sum(position), 0)::bigint as size from maskline.partition_head',
  );
  return rows[0]?.size ?? 0;
}

/** How many events there are of the streams behind these tables, each table for itself. */
async function sizeOfStreams(client: pg.ClientBase, tables: readonly FoldedTable[]): Promise<number> {
  const { rows } = await client.query<{ size: number }>(
    `select coalesce(sum(version * cardinality(array_positions($1::text[], left(stream_id, 2)))), 0)::bigint as size
     from maskline.stream`,
    [tables.map(({ prefix }) => prefix)],
  );
  return rows[0]?.size ?? 0;
}
