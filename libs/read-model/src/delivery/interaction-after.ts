import type { KeyObject } from 'node:crypto';
import { isErased } from '#domain';
import { anyChildProjector, readStream, upcasters, type Queryable, type RecordedEvent } from '#event-store';
import { interactionProjector } from '../session/interaction.projector.js';
import type { InteractionRow } from '../tables.js';

const mostPerPage = 200;

const projector = anyChildProjector(interactionProjector);

export interface WantedInteraction {
  readonly partition: number;
  readonly sessionSid: string;
  readonly interactionSid: string;
  /** Where in the session's stream it may begin, and the versions after which it is wanted. */
  readonly from: number;
  readonly versions: readonly number[];
}

export interface InteractionThen {
  readonly row: InteractionRow;
  readonly startedVersion: number;
}

/**
 * An interaction as it was after some events of its session, whatever became of it since. Only what was erased is erased in the
 * past as well: its row is left out.
 */
export async function interactionAfter(
  db: Queryable,
  { partition, sessionSid: streamId, interactionSid, from, versions }: WantedInteraction,
  masterKey: KeyObject,
): Promise<ReadonlyMap<number, InteractionThen>> {
  const found = new Map<number, InteractionThen>();
  const last = Math.max(...versions);
  const pageSize = Math.max(1, Math.min(mostPerPage, last - from + 1));
  const place = { partition, streamId, after: from - 1 };
  let row: object | null = null;
  let startedVersion = from;
  let isGone = false;
  for await (const recorded of readStream(db, place, upcasters, { masterKey, pageSize })) {
    if (recorded.version > last) break;
    if (projector.rowOf(recorded.event) !== interactionSid) continue;
    if (recorded.event.type === 'InteractionStarted') startedVersion = recorded.version;
    row = projector.apply(row, recorded);
    isGone ||= tellsOfErased(recorded);
    if (row !== null && !isGone && versions.includes(recorded.version)) {
      // Made by the projector of interactions.
      found.set(recorded.version, { row: row as InteractionRow, startedVersion });
    }
  }
  return found;
}

function tellsOfErased({ event: { data } }: RecordedEvent): boolean {
  return Object.values(data as Record<string, unknown>).some(isErased);
}
