import type { Twilio } from 'twilio';
import type { LostMessage } from '../carrier.js';

/** How far back of our time Twilio's may lie: clocks differ, and Twilio's has whole seconds. */
const CLOCK_DIFFERENCE = 5_000;
const MOST_READ = 100;

interface Listed {
  readonly sid: string;
  readonly status: string;
  readonly uri: string;
}

/**
 * Looks for a message among those between the same two numbers since it came in. Twilio keeps no name of ours with a message,
 * so what it is known by is its text: two equal ones in that time cannot be told apart, nor is there an end to what was not
 * read when a hundred newer ones lie before it.
 */
export async function findSent(client: Twilio, lost: LostMessage): Promise<Listed | null | 'unknown'> {
  const { from, to, body, receivedAt } = lost;
  const since = Date.parse(receivedAt) - CLOCK_DIFFERENCE;
  // The newest first. Its filter is by the time of sending, which a message that is still queued has not.
  const listed = await client.messages.list({ from, to, limit: MOST_READ });
  const newer = listed.filter(({ dateCreated }) => dateCreated.getTime() >= since);
  const same = newer.filter((message) => message.body === body);
  const [found] = same;
  if (found !== undefined) return same.length === 1 ? found : 'unknown';
  return newer.length === MOST_READ ? 'unknown' : null;
}
