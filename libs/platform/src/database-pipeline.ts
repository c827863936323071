import type pg from 'pg';
import { Bouts } from './bouts.js';

/**
 * One connection of a pool, kept for good, on which statements are sent without waiting for the answers to those before. The
 * server works them off in order, each in a transaction of its own. That is for statements that would wait for each other
 * anyway: on connections of their own they would only wake each other, and take turns on the processors.
 *
 * When it is lost, what was under way fails with it, and the next statement opens another.
 */
export class Pipeline {
  readonly #bouts: Bouts | null;
  #client: Promise<pg.PoolClient> | null = null;

  /** The pool's clients must be made with `pipeline: true`. Behind a pooler others want the server's connection as well. */
  constructor(
    private readonly pool: pg.Pool,
    { isShared = false } = {},
  ) {
    this.#bouts = isShared ? new Bouts() : null;
  }

  async query(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    return this.#bouts === null ? this.#send(statement) : this.#bouts.run(() => this.#send(statement));
  }

  /** Gives the connection back at once; a pool that is ended lets it answer what was sent. What comes later opens another. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    this.#client = null;
    client?.release();
  }

  async #send(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    const client = await (this.#client ??= this.#open());
    return client.query(statement);
  }

  #open(): Promise<pg.PoolClient> {
    const opening = this.pool.connect().then(
      (client) => {
        const drop = () => {
          if (this.#client !== opening) return;
          this.#client = null;
          client.release(true);
        };
        client.once('error', drop);
        client.once('end', drop);
        return client;
      },
      (error: unknown) => {
        if (this.#client === opening) this.#client = null;
        throw error;
      },
    );
    return opening;
  }
}
