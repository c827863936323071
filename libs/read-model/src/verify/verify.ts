import { readPartitions, type Decoding } from '#event-store';
import type { Database } from '#platform';
import { foldedTables, type FoldedTable } from '../folded-table.js';
import type { RowDifference } from './compare-rows.js';
import { verifyLog, type LogDifference } from './verify-log.js';
import { verifyStates, type StateDifference } from './verify-states.js';
import { verifyTable } from './verify-table.js';
import type { Verifying } from './verifying.js';

/** What does not agree with the log, or within it. */
export type Difference =
  | ({ readonly check: 'rows' } & RowDifference)
  | ({ readonly check: 'states' } & StateDifference)
  | ({ readonly check: 'log' } & LogDifference);

/** `rows`: read-model rows against the fold. `states`: what decisions start from. `log`: positions, times, hashes. */
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

/** Holds what is stored against what the events say, while the system runs. Resolves with the number of events looked at. */
export async function verify({ admin }: Database, options: VerifyOptions): Promise<number> {
  const { decoding, checks, tables = foldedTables, onDifference } = options;
  const { signal = new AbortController().signal, onProgress = () => undefined } = options;
  const client = await admin.connect();
  try {
    const partitions = Array.from({ length: await readPartitions(client) }, (_, partition) => partition);
    const total = await sizeOfLog(client);
    let looked = 0;
    for (const check of checks) {
      let events = 0;
      const onEvents = (more: number) => {
        events += more;
        looked += more;
        onProgress({ check, events, total: Math.max(total, events) });
      };
      await run(check, { client, partitions, decoding, signal, onEvents }, tables, onDifference);
      onProgress({ check, events, total: events });
    }
    return looked;
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

async function sizeOfLog(client: { query(text: string): Promise<{ rows: unknown[] }> }): Promise<number> {
  const { rows } = await client.query(
    'select coalesce(sum(position), 0)::bigint as size from maskline.partition_head',
  );
  const [row] = rows as { size: number }[];
  return row?.size ?? 0;
}
