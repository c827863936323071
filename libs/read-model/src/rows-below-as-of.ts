import { readStream, type Decoding, type Queryable, type StreamPlace } from '#event-store';
import { hasPassed, type PastMoment } from './as-of.js';
import { tablesBelow } from './folded-table.js';
import type { Folded, FoldedRow } from './folding.js';

/** By table, the rows below a session as the API would have shown them then: its participants and interactions. */
export async function rowsBelowAsOf(
  db: Queryable,
  stream: StreamPlace,
  moment: PastMoment,
  decoding: Decoding,
): Promise<Readonly<Record<string, readonly FoldedRow[]>>> {
  const tables = tablesBelow(stream.category);
  const folded = new Map<string, Folded>();
  for await (const recorded of readStream(db, stream, decoding.upcasters, decoding)) {
    if (hasPassed(recorded, moment)) break;
    for (const { name, folding } of tables) {
      folded.set(name, folding.step(folded.get(name) ?? null, recorded));
    }
  }
  return Object.fromEntries(
    tables.map(({ name, folding }) => [name, folding.rowsOf(folded.get(name) ?? null)]),
  );
}
