import { readStream, type Queryable, type RecordedEvent, type Decoding } from '#event-store';
import { ownTable } from './folded-table.js';
import type { Folded } from './folding.js';

/** An event of a stream, and the row that REST shows before and after it; null where there is none. */
export interface Moment {
  readonly recorded: RecordedEvent;
  readonly before: object | null;
  readonly after: object | null;
}

/** A stream from its first event on, with what each event changed. */
export async function* readHistory(
  db: Queryable,
  stream: { readonly partition: number; readonly streamId: string; readonly category: string },
  decoding: Decoding,
): AsyncGenerator<Moment> {
  const table = ownTable(stream.category);
  let before: Folded = null;
  for await (const recorded of readStream(db, stream, decoding.upcasters, decoding)) {
    const after: Folded = table?.folding.step(before, recorded) ?? null;
    yield { recorded, before, after };
    before = after;
  }
}
