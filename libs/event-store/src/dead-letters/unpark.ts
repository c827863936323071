import type { Logger } from '@nestjs/common';
import type pg from 'pg';
import { nameError } from '#platform';
import type { Effects } from '../subscription/effects.js';
import { failureOfEvent } from '../subscription/handler-failed.js';
import type { HeldLease } from '../subscription/held-lease.js';
import type { Upcasters } from '../upcasters.js';
import type { AskedLetter, ParkedStreams } from './parked-streams.js';

/** Events of a parked stream that are read at a time. */
const parkedPage = 100;

/** What a reader goes on with when it is asked for a parked stream. */
export interface Unparking {
  readonly pool: pg.Pool;
  readonly types: readonly string[] | null;
  readonly parked: ParkedStreams;
  readonly effects: Effects;
  readonly upcasters: Upcasters;
  readonly logger: Logger;
}

/** Handles what a parked stream has waited with, in order, until it is done or fails again. */
export async function unpark(
  { pool, types, parked, effects, upcasters, logger }: Unparking,
  { id, streamId, version, wanted }: AskedLetter,
  lease: HeldLease,
  signal: AbortSignal,
): Promise<void> {
  let from = version;
  if (wanted === 'skip') {
    await effects.inTransaction(async (tx) => {
      await lease.checkpoint(tx, lease.position);
      await parked.skip(tx, id);
    });
    from++;
  }
  for (let hasMore = true; hasMore;) {
    const range = { from, until: lease.position, types };
    const events = await parked.waiting(pool, streamId, range, parkedPage, upcasters);
    hasMore = events.length === parkedPage;
    for (const event of events) {
      if (signal.aborted) return;
      try {
        await effects.takeParked(event, id, lease, signal);
      } catch (thrown) {
        const error = nameError(failureOfEvent(thrown, signal).cause);
        logger.error(`${streamId} is parked at version ${event.version}: ${error}; see maskline dlq list`);
        await parked.failed(pool, id, { event, error });
        return;
      }
      from = event.version + 1;
    }
  }
  await effects.inTransaction(async (tx) => {
    await lease.checkpoint(tx, lease.position);
    await parked.release(tx, id);
  });
  parked.forget(streamId);
  logger.log(`${streamId} is not parked any more`);
}
