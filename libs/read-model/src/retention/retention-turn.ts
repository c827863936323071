import type { Queryable } from '#event-store';

// Retention works on a partition in one process at a time, and rests after it has been through: which of the workers it was does
// not matter, nor whether it has been started anew since.

/** Seconds after which the turn of a worker that died is anybody's. */
const leaseSeconds = 60;

/** Seconds from the end of a turn to the next one. */
const restSeconds = 600;

const prepare = `
  insert into maskline.retention_turn (partition) select partition from maskline.partition_head on conflict do nothing`;

export async function prepareRetention(db: Queryable): Promise<void> {
  await db.query({ name: 'prepare-retention', text: prepare, values: [] });
}

/** No rest is longer than this: one that seems to be was begun by a clock that has been set back. */
const longest = `maskline.clock() + make_interval(secs => ${2 * restSeconds})`;

/** A day has 24 hours here, whatever the time zone. */
const take = `
  update maskline.retention_turn
  set owner = $2, until = maskline.clock() + make_interval(secs => ${leaseSeconds})
  where partition = $1 and (until <= maskline.clock() or until > ${longest})
  returning maskline.clock() - make_interval(hours => 24 * $3::int) as "endedUntil"`;

/** Begins a turn if it is time for one; answers until when a session must have ended to be due in it, or null. */
export async function takeRetentionTurn(
  db: Queryable,
  partition: number,
  owner: string,
  days: number,
): Promise<string | null> {
  const { rows } = await db.query<{ endedUntil: string }>({
    name: 'take-retention-turn',
    text: take,
    values: [partition, owner, days],
  });
  const [row] = rows;
  return row?.endedUntil ?? null;
}

const keep = `
  update maskline.retention_turn set until = maskline.clock() + make_interval(secs => ${leaseSeconds})
  where partition = $1 and owner = $2 returning partition`;

/** False when somebody else has the turn by now. */
export async function keepRetentionTurn(db: Queryable, partition: number, owner: string): Promise<boolean> {
  const { rows } = await db.query({ name: 'keep-retention-turn', text: keep, values: [partition, owner] });
  return rows.length > 0;
}

const end = `
  update maskline.retention_turn
  set owner = null, until = case when $3 then maskline.clock() + make_interval(secs => ${restSeconds}) else '-infinity' end
  where partition = $1 and owner = $2`;

/** Ends a turn; one that was not finished is for whoever comes next, at once. */
export async function endRetentionTurn(
  db: Queryable,
  partition: number,
  owner: string,
  isFinished: boolean,
): Promise<void> {
  await db.query({ name: 'end-retention-turn', text: end, values: [partition, owner, isFinished] });
}
