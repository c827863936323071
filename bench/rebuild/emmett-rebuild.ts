import { rebuildPostgreSQLProjections } from '@event-driven-io/emmett-postgresql';
import { readCount, writeTo } from '../bench-server.js';
import { sessionProjection, type Heard } from './emmett-projection.js';
import { secondsOf, type Rebuilder } from './rebuilder.js';

/**
 * The best of 100, 1,000, 5,000 and 10,000 events a batch, which took 37.1, 21.8, 24.3 and 24.2 s for 82,000 events, and on a busier
 * machine 58.0, 26.4, 31.9 and 30.0 s. Each batch sorts what is left of the log; the checkpoint is written for each event.
 */
const pulling = { batchSize: 1000, pullingFrequencyInMs: 0 };

/** The most that a rebuild has left out. */
interface Missing {
  events: number;
  rows: number;
}

/** What emmett has for it: its consumer reads the log by position, and hands the projection one event after the other. */
export function emmettRebuild(url: string): Rebuilder & { readonly missing: Missing } {
  const missing: Missing = { events: 0, rows: 0 };
  return {
    name: 'emmett',
    missing,
    async measure({ sessions, events }) {
      // With a checkpoint it would go on from there.
      await writeTo(url, 'delete from emt_processors');
      const heard: Heard = { events: 0, failure: null };
      const consumer = rebuildPostgreSQLProjections({
        connectionString: url,
        projections: [sessionProjection(heard)],
        pulling,
      });
      const seconds = await secondsOf(() => consumer.start());
      await consumer.close();
      if (heard.failure !== null) throw heard.failure;
      const rows = await readCount(url, 'select count(*) from maskline.session');
      if (rows === 0) throw new Error('emmett has made no rows');
      missing.events = Math.max(missing.events, events - heard.events);
      missing.rows = Math.max(missing.rows, sessions - rows);
      return seconds;
    },
  };
}
