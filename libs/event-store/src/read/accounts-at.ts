import { statement } from '#platform';
import { plainArray } from '../pg-array.js';
import type { Queryable } from '../queryable.js';

interface LogPlace {
  readonly partition: number;
  readonly position: number;
}

const text = `
  select e.account_sid as "accountSid"
  from unnest($1::int[], $2::bigint[]) with ordinality r(partition, position, i)
  left join maskline.event e on e.partition = r.partition and e.position = r.position
  order by r.i`;

const read = statement('accounts-at', text);

/** The account of the event at each of these places, in their order; null where there is none. */
export async function accountsAt(db: Queryable, places: readonly LogPlace[]): Promise<(string | null)[]> {
  if (places.length === 0) return [];
  const partitions = plainArray(places, ({ partition }) => partition);
  const positions = plainArray(places, ({ position }) => position);
  const { rows } = await db.query<{ accountSid: string | null }>(read(partitions, positions));
  return rows.map(({ accountSid }) => accountSid);
}
