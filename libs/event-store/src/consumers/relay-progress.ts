import type { Queryable } from '../queryable.js';
import { relayName, type Consumer } from './consumer-registry.js';

/** How far a consumer is in one partition, as its relay knows it. */
export interface RelayProgress {
  /** It has handled everything up to here. */
  readonly settled: number;
  /** The jobs of all events up to here were added to its queue. */
  readonly marked: number;
}

type Registration = Pick<Consumer, 'name' | 'id'>;

const read = 'select settled, marked from maskline.subscription where name = $1 and partition = $2';

/** Null when the registration stands no more. */
export async function readRelayProgress(
  db: Queryable,
  consumer: Registration,
  partition: number,
): Promise<RelayProgress | null> {
  const values = [relayName(consumer), partition];
  const { rows } = await db.query<RelayProgress>({ name: 'read-relay-progress', text: read, values });
  const [row] = rows;
  return row ?? null;
}

const mark = 'update maskline.subscription set marked = $3 where name = $1 and partition = $2';

export async function noteMarked(
  db: Queryable,
  consumer: Registration,
  partition: number,
  position: number,
): Promise<void> {
  await db.query({ name: 'note-marked', text: mark, values: [relayName(consumer), partition, position] });
}

const settle =
  'update maskline.subscription set settled = $3 where name = $1 and partition = $2 and settled < $3';

export async function noteSettled(
  db: Queryable,
  consumer: Registration,
  partition: number,
  position: number,
): Promise<void> {
  await db.query({ name: 'note-settled', text: settle, values: [relayName(consumer), partition, position] });
}
