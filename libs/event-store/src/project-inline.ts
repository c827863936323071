import type { DomainEvent } from '#domain';
import type { RowsByTable } from './current.js';
import type { AnyProjector } from './projector.js';

/** Runs the projectors of a stream over new events: the rows by table after them. */
export function projectInline(
  projectors: readonly AnyProjector[],
  streamId: string,
  before: { readonly version: number; readonly rows: RowsByTable },
  occurredAt: string,
  events: readonly DomainEvent[],
): Record<string, object | null> {
  const after: Record<string, object | null> = {};
  for (const projector of projectors) {
    let row = before.rows[projector.table] ?? null;
    let version = before.version;
    for (const event of events) {
      version++;
      row = projector.apply(row, { streamId, version, occurredAt, event });
    }
    after[projector.table] = row;
  }
  return after;
}
