import { DomainError } from '#domain';
import type { Changed, EventContext, EventStore } from '#event-store';

/**
 * Work that may look around before it decides, done once however often its request is sent under one idempotency key. A
 * refusal may come of the request's own first try, which was under way at the same time: then that one's outcome counts.
 */
export async function once<Result>(
  events: EventStore,
  context: EventContext,
  work: () => Promise<Result>,
  again: (first: Changed) => Result | Promise<Result>,
): Promise<Result> {
  const known = await events.outcomeOf(context);
  if (known !== null) return again(known);
  try {
    return await work();
  } catch (error) {
    const first = error instanceof DomainError ? await events.outcomeOf(context) : null;
    if (first === null) throw error;
    return again(first);
  }
}
