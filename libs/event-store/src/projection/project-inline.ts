import type { DomainEvent } from '#domain';
import { projectChildren } from './project-children.js';
import type { InlineChange, InlineRows, Projection } from './projection.js';
import type { InlineProjector } from './projector.js';

/** Runs the projectors of a stream over new events. */
export function projectInline(
  projectors: readonly InlineProjector[],
  streamId: string,
  before: InlineRows,
  occurredAt: string,
  events: readonly DomainEvent[],
): Projection {
  const rows: Record<string, object | null> = {};
  let { children } = before;
  const changes: InlineChange[] = [];
  for (const projector of projectors) {
    if (projector.isChild) {
      const below = projectChildren(projector, streamId, { ...before, children }, occurredAt, events);
      if (below === null) continue;
      children = below.children;
      changes.push(...below.changes);
      continue;
    }
    const known = before.rows[projector.table] ?? null;
    let row = known;
    let version = before.version;
    for (const event of events) {
      version++;
      row = projector.apply(row, { streamId, version, occurredAt, event });
    }
    rows[projector.table] = row;
    if (row !== known) changes.push({ table: projector.table, sid: streamId, row });
  }
  return { rows, children, changes };
}
