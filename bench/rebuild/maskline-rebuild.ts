import type { Decoding } from '#event-store';
import type { Database } from '#platform';
import { rebuild, sessionTable } from '#read-model';
import { countRows } from './count-rows.js';
import { secondsOf, type Rebuilder } from './rebuilder.js';

/** As `maskline rebuild session` does it, in this process. */
export function masklineRebuild(database: Database, decoding: Decoding): Rebuilder {
  return {
    name: 'maskline',
    async measure(log) {
      const seconds = await secondsOf(() =>
        rebuild(database, sessionTable, {
          decoding,
          onProgress: ({ phase }) => {
            if (phase === 'settle')
              throw new Error('somebody else is connected, for whom a rebuild waits 15 s');
          },
        }),
      );
      await countRows(database.admin, 'maskline.session', log);
      return seconds;
    },
  };
}
