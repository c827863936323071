import { CoalescedRead } from '#event-store';
import { statement, type Database } from '#platform';
import { Turns, WINDOW_SECONDS } from './turns.js';

const take = statement(
  'take-turns',
  `select taken, waits from maskline.take_turns($1, $2, $3, interval '${WINDOW_SECONDS} seconds')`,
);
const forget = statement(
  'forget-turns',
  `delete from maskline.rate_window where hits[cardinality(hits)] < clock_timestamp() - interval '1 minute'`,
);

const forgetEvery = 60_000;

/** What a request needs of the same database takes as long: it is no later for this. */
const PATIENCE_MS = 1_000;
/** One statement at a time: two would wait for each other's rows, and meanwhile the next one grows. */
const together = { maxBatch: 512, maxInFlight: 1, maxWaiting: 4096 };

interface Turn {
  readonly key: string;
  readonly most: number;
}

/** In an unlogged table: a statement more for all requests of a moment, but no disk that it waits for. */
export class PostgresTurns extends Turns {
  readonly #turns: CoalescedRead<Turn, number>;
  readonly #forgetting: NodeJS.Timeout;

  constructor(
    private readonly db: Database,
    override readonly patience = PATIENCE_MS,
  ) {
    super();
    this.#turns = new CoalescedRead((turns) => this.#takeAll(turns), { ...together, patience });
    this.#forgetting = setInterval(() => {
      // The next minute is as good.
      db.reads.query(forget()).catch(() => undefined);
    }, forgetEvery).unref();
  }

  override take(key: string, most: number): Promise<number> {
    return this.#turns.get({ key, most });
  }

  override close(): Promise<void> {
    clearInterval(this.#forgetting);
    return Promise.resolve();
  }

  /** Those of one key get what there is in the order in which they came. */
  async #takeAll(turns: readonly Turn[]): Promise<number[]> {
    const mosts = new Map(turns.map(({ key, most }) => [key, most]));
    const wanted = new Map<string, number>();
    for (const { key } of turns) wanted.set(key, (wanted.get(key) ?? 0) + 1);
    const keys = [...mosts.keys()];
    const { rows } = await this.db.reads.query<{ taken: number[]; waits: number[] }>(
      take(keys, [...mosts.values()], [...wanted.values()]),
    );
    const [row] = rows;
    const left = new Map(
      keys.map((key, i) => [key, { turns: row?.taken[i] ?? 0, wait: row?.waits[i] ?? 0 }]),
    );
    return turns.map(({ key }) => {
      const of = left.get(key);
      if (of === undefined) throw new Error('every key was asked about');
      return of.turns-- > 0 ? 0 : of.wait;
    });
  }
}
