import { readHeads, type Queryable, positionAt, type ReplayRange } from '#event-store';
import { StartError } from '#platform';
import { isNumbered, parseTime } from './typed-values.js';

/** What part of history is meant, as it was typed: positions or times. */
export interface Stretch {
  readonly from?: string;
  readonly to?: string;
}

type Span = Pick<ReplayRange, 'partition' | 'from' | 'to'>;

/** Before anything is asked of the database. A position and a time can only be compared with its help. */
export function checkStretch({ from, to }: Stretch): void {
  if (from === undefined || to === undefined) return;
  const [first, last] =
    isNumbered(from) && isNumbered(to) ? [Number(from), Number(to)] : [timeOf(from), timeOf(to)];
  if (first > last) throw new StartError(`--from ${from} is after --to ${to}`);
}

/** NaN, which is neither before nor after anything, for what is no time. */
function timeOf(text: string): number {
  return isNumbered(text) ? NaN : Date.parse(text);
}

/** The positions that are meant, in every partition. Positions name events only where there is but one partition. */
export async function findSpans(db: Queryable, { from, to }: Stretch): Promise<Span[]> {
  const heads = await readHeads(db);
  if (heads.length > 1 && [from, to].some((end) => end !== undefined && isNumbered(end))) {
    throw new StartError(
      'the log has several partitions, each with its own positions: say --from and --to as times',
    );
  }
  const spans = await Promise.all(
    heads.map(async ({ partition, position: head }) => ({
      partition,
      from: from === undefined ? 1 : await firstOf(db, partition, from),
      to: Math.min(head, to === undefined ? head : await lastOf(db, partition, to)),
    })),
  );
  return spans.filter((span) => span.from <= span.to);
}

async function firstOf(db: Queryable, partition: number, from: string): Promise<number> {
  return isNumbered(from) ? Number(from) : positionAt(db, partition, requireTime(from, 0));
}

/** Events of the very time are within. */
async function lastOf(db: Queryable, partition: number, to: string): Promise<number> {
  return isNumbered(to) ? Number(to) : (await positionAt(db, partition, requireTime(to, 1))) - 1;
}

function requireTime(text: string, later: number): string {
  const time = parseTime(text, later);
  if (time === null) throw new StartError(`${text} is neither a position nor a time in ISO 8601`);
  return time;
}
