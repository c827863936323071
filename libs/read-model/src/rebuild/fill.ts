import type pg from 'pg';
import { foldStreams, type FoldedStreams } from '#event-store';
import type { Folded } from '../folding.js';
import { copyRows, type Target } from './copy-rows.js';
import { noteFolded, type PartitionProgress } from './progress.js';
import type { Rebuilding } from './rebuilding.js';

type Page = FoldedStreams<Folded>;

/**
 * Folds every stream up to the base position and copies the rows into the shadow; each portion commits together with the
 * note of how far it came. While one portion is written, the next is read and folded.
 */
export async function fill(
  { writer, reader, table, decoding, signal }: Rebuilding,
  target: Target,
  { partition, base, foldedTo }: PartitionProgress,
  onEvents: (events: number) => void,
): Promise<void> {
  const read = (after: string | null): Promise<Page> =>
    foldStreams(
      reader,
      { partition, prefix: table.prefix, after, upTo: base },
      null,
      table.folding.step,
      decoding,
    );

  let page = await read(foldedTo);
  for (;;) {
    signal.throwIfAborted();
    const following = page.next === null ? null : read(page.next);
    // Its failure is met below, after the write.
    following?.catch(() => undefined);
    await write(writer, target, page);
    onEvents(page.events);
    if (following === null) return;
    page = await following;
  }
}

async function write(writer: pg.ClientBase, target: Target, { folds, events, next }: Page): Promise<void> {
  await writer.query('begin');
  await copyRows(
    writer,
    target,
    folds.flatMap(({ state }) => target.table.folding.rowsOf(state)),
  );
  await noteFolded(writer, target.table.name, target.partition, { foldedTo: next, events });
  await writer.query('commit');
}
