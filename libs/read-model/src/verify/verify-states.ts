import { isDeepStrictEqual } from 'node:util';
import { aggregates, type DomainEvent } from '#domain';
import { foldStreams, type Fold, type FoldedStreams } from '#event-store';
import { StartError } from '#platform';
import { inSnapshot } from './in-snapshot.js';
import type { Verifying } from './verifying.js';

/** Where the stored end of a stream is not what its events say. */
export interface StateDifference {
  readonly streamId: string;
  readonly kind: 'missing' | 'surplus' | 'gap' | 'version' | 'status' | 'state';
}

interface StreamRow {
  readonly stream_id: string;
  readonly version: number;
  readonly status: string;
  readonly state: unknown;
  readonly state_schema: number;
}

type State = { readonly status: string };

interface Kind {
  readonly prefix: string;
  readonly category: string;
  readonly stateSchema: number;
  readonly personal?: object;
  readonly initial: State;
  readonly deleted: State | null;
  readonly evolve: (state: State, event: DomainEvent, occurredAt: string) => State;
}

/** Whatever is folded with a kind are events of its own streams and states that it made. */
const kinds = aggregates.map((stream) => stream as unknown as Kind);

/**
 * Folds every stream and compares version, status and state with what the append has stored beside the events. A state of an
 * older schema is left alone, as it is by the store.
 */
export async function verifyStates(
  verifying: Verifying,
  onDifference: (difference: StateDifference) => void,
): Promise<void> {
  const secretive = kinds.find(({ personal }) => personal !== undefined);
  if (secretive !== undefined && verifying.decoding.masterKey === null) {
    throw new StartError(
      `the state of a ${secretive.category} tells about people: MASKLINE_MASTER_KEY is needed to read it`,
    );
  }
  for (const partition of verifying.partitions) {
    for (const kind of kinds) {
      let after: string | null = null;
      do {
        verifying.signal.throwIfAborted();
        const { folded, rows } = await readPage(verifying, kind, partition, after);
        for (const difference of compare(kind, folded.folds, rows)) onDifference(difference);
        verifying.onCompared(folded.folds.length);
        verifying.onEvents(folded.events);
        after = folded.next;
      } while (after !== null);
    }
  }
}

async function readPage(
  { client, decoding }: Verifying,
  { prefix, initial, evolve }: Kind,
  partition: number,
  after: string | null,
): Promise<{ folded: FoldedStreams<State>; rows: readonly StreamRow[] }> {
  return inSnapshot(client, 'maskline.stream', async () => {
    const folded = await foldStreams(
      client,
      { partition, prefix, after, upTo: null },
      initial,
      (state, { event, occurredAt }) => evolve(state, event, occurredAt),
      decoding,
    );
    const { rows } = await client.query<StreamRow>(
      `select stream_id, version, status, state, state_schema from maskline.stream
       where partition = $1 and stream_id > $2 and ($3::text is null or stream_id <= $3) and starts_with(stream_id, $4)`,
      [partition, after ?? prefix, folded.next, prefix],
    );
    return { folded, rows };
  });
}

function* compare(
  kind: Kind,
  folds: readonly Fold<State>[],
  rows: readonly StreamRow[],
): Generator<StateDifference> {
  const stored = new Map(rows.map((row) => [row.stream_id, row]));
  for (const fold of folds) {
    const { streamId } = fold;
    const row = stored.get(streamId);
    stored.delete(streamId);
    const difference = row === undefined ? 'missing' : differenceOf(kind, fold, row);
    if (difference !== null) yield { streamId, kind: difference };
  }
  for (const streamId of stored.keys()) yield { streamId, kind: 'surplus' };
}

function differenceOf(
  { deleted, stateSchema }: Kind,
  { version, events, state }: Fold<State>,
  row: StreamRow,
): StateDifference['kind'] | null {
  if (events !== version) return 'gap';
  if (row.version !== version) return 'version';
  const isDeleted = state.status === deleted?.status;
  if (row.status !== (isDeleted ? 'deleted' : 'live')) return 'status';
  if (isDeleted) return row.state === null ? null : 'state';
  if (row.state_schema !== stateSchema) return null;
  return isDeepStrictEqual(row.state, state) ? null : 'state';
}
