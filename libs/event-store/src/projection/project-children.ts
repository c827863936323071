import type { DomainEvent } from '#domain';
import type { RowsBySid } from '../load/current.js';
import type { InlineChange, InlineRows, Projection } from './projection.js';
import type { AnyChildProjector } from './projector.js';

/**
 * Runs the projector of the rows below a stream over new events; null when they are about none of these rows. A row that they
 * change must have been loaded: one that they make is not there before.
 */
export function projectChildren(
  projector: AnyChildProjector,
  streamId: string,
  before: Pick<InlineRows, 'version' | 'children'>,
  occurredAt: string,
  events: readonly DomainEvent[],
): Omit<Projection, 'rows'> | null {
  const { table, endsWith } = projector;
  if (!events.some((event) => event.type === endsWith || projector.rowOf(event) !== null)) return null;
  const children = new Map(before.children);
  const touched = new Set<string>();
  let hasEnded = false;
  let { version } = before;
  for (const event of events) {
    version++;
    if (event.type === endsWith) {
      hasEnded = true;
      touched.clear();
      // Whatever table they are of: nothing outlives the stream.
      for (const sid of children.keys()) children.set(sid, null);
      continue;
    }
    const sid = projector.rowOf(event);
    if (sid === null) continue;
    const known = children.get(sid);
    const row = projector.apply(known ?? null, { streamId, version, occurredAt, event });
    if (row === null && known === undefined) throw notLoaded(event.type, table);
    children.set(sid, row);
    touched.add(sid);
  }
  const changes: InlineChange[] = hasEnded ? [{ table, below: streamId }] : [];
  for (const sid of touched) {
    const row = children.get(sid) ?? null;
    if (row !== knownBefore(before.children, sid, hasEnded)) changes.push({ table, sid, row });
  }
  return { children, changes };
}

/** What the database has of a row when the changes come to it. */
function knownBefore(children: RowsBySid, sid: string, hasEnded: boolean): object | null {
  return hasEnded ? null : (children.get(sid) ?? null);
}

function notLoaded(type: string, table: string): Error {
  return new Error(`${type} changes a ${table} that was not loaded: it must be named in the options`);
}
