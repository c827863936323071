import { isPassing, sqlState } from '#platform';

/** What the handler of a subscription threw, as told from what went wrong around it. */
export class HandlerFailed extends Error {
  override readonly name = 'HandlerFailed';
}

export async function callHandler(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw handlerFailed(error);
  }
}

export function handlerFailed(cause: unknown): HandlerFailed {
  return new HandlerFailed('the work failed', { cause });
}

/** The failure, when it may be the event's fault. What says nothing about the event is thrown again. */
export function failureOfEvent(error: unknown, signal: AbortSignal): HandlerFailed {
  if (!(error instanceof HandlerFailed) || isOutage(error.cause) || signal.aborted) throw error;
  return error;
}

/** The database says that it cannot do it now, whatever it is. */
function isOutage(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && isPassing(state);
}
