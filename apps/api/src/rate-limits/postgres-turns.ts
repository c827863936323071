import { statement, type Database } from '#platform';
import { Turns, WINDOW_SECONDS } from './turns.js';

const take = statement(
  'take-turn',
  `select maskline.take_turn($1, $2, interval '${WINDOW_SECONDS} seconds') as wait`,
);
const forget = statement(
  'forget-turns',
  `delete from maskline.rate_window where hits[cardinality(hits)] < clock_timestamp() - interval '1 minute'`,
);

/** What a request needs of the same database takes as long: it is no later for this. */
const PATIENCE_MS = 1_000;

const forgetEvery = 60_000;

/** In an unlogged table: a statement more for each request, but no disk that it waits for. */
export class PostgresTurns extends Turns {
  readonly #forgetting: NodeJS.Timeout;

  constructor(
    private readonly db: Database,
    override readonly patience = PATIENCE_MS,
  ) {
    super();
    this.#forgetting = setInterval(() => {
      // The next minute is as good.
      db.reads.query(forget()).catch(() => undefined);
    }, forgetEvery).unref();
  }

  override async take(key: string, most: number): Promise<number> {
    const { rows } = await this.db.reads.query<{ wait: number }>(take(key, most));
    return rows[0]?.wait ?? 0;
  }

  override close(): Promise<void> {
    clearInterval(this.#forgetting);
    return Promise.resolve();
  }
}
