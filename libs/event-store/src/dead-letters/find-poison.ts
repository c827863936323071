import { setTimeout as pause } from 'node:timers/promises';
import { nameError } from '#platform';
import type { RecordedEvent } from '../recorded-event.js';
import { failureOfEvent, type HandlerFailed } from '../subscription/handler-failed.js';
import type { ParkedStreams, Suspect } from './parked-streams.js';

/** How often a single event is tried. */
const patience = 3;
/** Milliseconds between the tries of a single event. */
const tryAgainAfter = 100;
/** Events that may fail in one pass before it is taken for an outage. */
const mostSuspects = 100;
/** With so many streams set aside it is not the events that are at fault, and the reader stands still. */
export const mostParked = 1_000;

/** Handles an event, and parks the streams of the suspects with it. */
type Handle = (event: RecordedEvent, suspects: readonly Suspect[]) => Promise<void>;

/**
 * Handles what can be handled, one event after the other. Whatever fails is parked as soon as something behind it succeeds:
 * an event is at fault when it fails again and again while an event behind it succeeds. As long as nothing succeeds it is an
 * outage, and parking would help nobody.
 */
export async function findPoison(
  events: readonly RecordedEvent[],
  parked: ParkedStreams,
  handle: Handle,
  signal: AbortSignal,
): Promise<void> {
  let suspects: Suspect[] = [];
  let failure: HandlerFailed | null = null;
  for (const event of events) {
    const isBehind = suspects.some((suspect) => suspect.event.streamId === event.streamId);
    if (isBehind || parked.has(event.streamId)) continue;
    const failed = await tryOften(event, suspects, handle, signal);
    if (failed === null) {
      suspects = [];
      failure = null;
      continue;
    }
    failure ??= failed;
    suspects.push({ event, error: nameError(failed.cause) });
    if (suspects.length + parked.size > mostParked || suspects.length > mostSuspects) break;
  }
  if (failure !== null) throw failure;
}

async function tryOften(
  event: RecordedEvent,
  suspects: readonly Suspect[],
  handle: Handle,
  signal: AbortSignal,
): Promise<HandlerFailed | null> {
  for (let tries = 1; ; tries++) {
    try {
      await handle(event, suspects);
      return null;
    } catch (error) {
      const failed = failureOfEvent(error, signal);
      if (tries === patience) return failed;
      await pause(tryAgainAfter, undefined, { signal }).catch(() => undefined);
    }
  }
}
