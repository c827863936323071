import { describe, it } from '@jest/globals';
import { meetOnSessions } from './meet-on-sessions.js';

const MINUTE = 60_000;

describe('a session that clients of two processes meet on', () => {
  it(
    'answers as if there were one client and one process, a thousand times',
    async () => {
      await meetOnSessions(1000);
    },
    10 * MINUTE,
  );
});
