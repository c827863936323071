import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { readLog } from '#event-store';
import type { CutOver } from './cut-over.js';
import { rebuildStream } from './rebuild-stream.js';
import type { Rebuilding } from './rebuilding.js';
import { hasDrifted } from '../verify/verify-stream.js';

/**
 * A command that read its row before the cut-over writes it after, folded from what the old table held. So the streams that
 * moved in these seconds are looked at once more, and made again where the old row shows through.
 */
export async function settle(
  rebuilding: Rebuilding,
  heads: CutOver,
  milliseconds: number,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const { signal } = rebuilding;
  if (!(await hasCompany(rebuilding.reader))) return 0;
  const started = performance.now();
  for (let passed = 0; passed < milliseconds; passed = performance.now() - started) {
    onProgress(passed, milliseconds);
    await pause(Math.min(1000, milliseconds - passed), undefined, { signal });
  }
  onProgress(milliseconds, milliseconds);
  let repaired = 0;
  for (const [partition, head] of heads) {
    for (const streamId of await movedSince(rebuilding, partition, head)) {
      signal.throwIfAborted();
      if (await repair(rebuilding, { partition, streamId })) repaired++;
    }
  }
  return repaired;
}

async function repair(
  { reader, writer, table, decoding }: Rebuilding,
  place: { readonly partition: number; readonly streamId: string },
): Promise<boolean> {
  if (!(await hasDrifted(reader, table, place, decoding))) return false;
  await rebuildStream(writer, table, place, decoding);
  return true;
}

async function movedSince(
  { reader, table, decoding }: Rebuilding,
  partition: number,
  head: number,
): Promise<Set<string>> {
  const moved = new Set<string>();
  for (let at = { until: head, hasMore: true }; at.hasMore;) {
    const from = { partition, after: at.until, types: table.types, limit: 5_000 };
    const page = await readLog(reader, from, decoding.upcasters, decoding.masterKey);
    for (const { streamId } of page.events) moved.add(streamId);
    at = page;
  }
  return moved;
}

/** Whether anybody else is connected, who alone could have a command under way. */
async function hasCompany(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ others: boolean }>(
    `select exists (
       select from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
         and application_name is distinct from current_setting('application_name')
     ) as others`,
  );
  return rows[0]?.others ?? true;
}
