import { eventResource } from '#wire';
import { masked } from '../http/mask-answers.js';
import type { EventFeed, FollowedFeed } from './event-feed.js';

/** Read at once for one client; what it has not taken yet is all that is kept for it. */
const PAGE = 50;
/** Milliseconds of silence after which something is said, so that nobody on the way takes the connection for dead. */
const HEARTBEAT = 15_000;
/** Whoever follows comes again so often, be it to another process. */
const LIFE = 300_000;

/**
 * Events as a stream of text/event-stream. A heartbeat carries the position too: a client whose events are rare starts
 * again from there.
 */
export async function* serverSentEvents(
  feed: EventFeed,
  followed: FollowedFeed,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const end = performance.now() + LIFE;
  yield `retry: 1000\nid: ${after}\n\n`;
  for (let from = after; !signal.aborted && !feed.isClosing && performance.now() < end;) {
    const page = await feed.next(followed, from, PAGE, HEARTBEAT, signal);
    if (!(await followed.stands())) return;
    from = page.until;
    for (const recorded of page.events) {
      const told = eventResource(recorded);
      const data = JSON.stringify(followed.role === 'read-only' ? masked(told) : told);
      yield `id: ${recorded.position}\nevent: ${recorded.event.type}\ndata: ${data}\n\n`;
    }
    if (page.events.length === 0) yield `: still here\nid: ${from}\n\n`;
  }
}
