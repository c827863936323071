import type pg from 'pg';
import { handlerFailed } from './handler-failed.js';
import {
  acquireLease,
  leaseSeconds,
  moveCheckpoint,
  noteFailure,
  releaseLease,
  renewLease,
  type Lease,
} from './lease.js';

/** Milliseconds after which a lease without any work is renewed. */
export const renewEvery = (leaseSeconds * 1000) / 3;

/** Milliseconds between two looks at whether the lease may have ended. */
const watchEvery = 500;

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

interface Place {
  readonly name: string;
  readonly partition: number;
}

/** The lease of one reader, from when it was acquired: says where the reader stands, and that it is still the one. */
export class HeldLease {
  #lease: Lease;
  /** Since when it holds: when the database was last asked to renew it, and did. */
  #renewed: number;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly place: Place,
    lease: Lease,
    renewed: number,
  ) {
    this.#lease = lease;
    this.#renewed = renewed;
  }

  /** Null when another process has it. */
  static async acquire(pool: pg.Pool, place: Place, owner: string): Promise<HeldLease | null> {
    const asked = performance.now();
    const lease = await acquireLease(pool, place.name, place.partition, owner);
    return lease === null ? null : new HeldLease(pool, place, lease, asked);
  }

  /** The checkpoint. */
  get position(): number {
    return this.#lease.position;
  }

  /** Writes the checkpoint down, which also renews the lease. `advance` follows the commit. */
  async checkpoint(db: pg.Pool | pg.PoolClient, to: number): Promise<void> {
    const { name, partition } = this.place;
    const asked = performance.now();
    if (!(await moveCheckpoint(db, name, partition, this.#lease, to))) throw new LeaseLost();
    this.#renewed = asked;
  }

  advance(to: number): void {
    this.#lease = { ...this.#lease, position: to };
  }

  /**
   * Renews the lease while the work goes on. The work is aborted when somebody else has it, and when nobody could be asked
   * for so long that somebody may: what happens then is no failure of the work.
   */
  async keepDuring(work: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    const { name, partition } = this.place;
    const lost = new AbortController();
    const lose = () => lost.abort(new LeaseLost());
    const watch = setInterval(() => {
      if (performance.now() - this.#renewed > leaseSeconds * 1000 - watchEvery) lose();
    }, watchEvery);
    const heart = setInterval(() => {
      const asked = performance.now();
      renewLease(this.pool, name, partition, this.#lease.epoch).then(
        (isHeld) => {
          if (isHeld) this.#renewed = asked;
          else lose();
        },
        () => undefined,
      );
    }, renewEvery);
    try {
      await work(AbortSignal.any([stop, lost.signal]));
    } catch (error) {
      throw lost.signal.aborted ? new LeaseLost() : handlerFailed(error);
    } finally {
      clearInterval(heart);
      clearInterval(watch);
    }
  }

  /** Notes that the events after the checkpoint could not be handled. */
  noteFailure(error: string): Promise<void> {
    const { name, partition } = this.place;
    return noteFailure(this.pool, name, partition, this.#lease.epoch, error);
  }

  release(): Promise<void> {
    const { name, partition } = this.place;
    return releaseLease(this.pool, name, partition, this.#lease.epoch);
  }
}
