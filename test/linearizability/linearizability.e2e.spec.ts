import { describe, it } from '@jest/globals';
import { meetOnSessions } from './meet-on-sessions.js';

describe('a session that clients of two processes meet on', () => {
  it('answers as if there were one client and one process', async () => {
    await meetOnSessions(40);
  });
});
