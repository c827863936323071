import type { RecordedEvent } from '#event-store';
import type { Acknowledged } from './caller.js';

/** Every acknowledged command is in the log, with what it was to do, on the stream that its answer named; its key stands for it alone. */
export function auditAcknowledged(
  log: readonly RecordedEvent[],
  acknowledged: readonly Acknowledged[],
): string[] {
  const byRequest = new Map<string, RecordedEvent[]>();
  const byCommand = new Map<string, RecordedEvent[]>();
  for (const recorded of log) {
    // What a caller's command found overdue was ended under its request, as a command of its own.
    if (recorded.actor === 'system:expiry') continue;
    push(byRequest, recorded.requestId ?? '', recorded);
    push(byCommand, recorded.commandId, recorded);
  }
  const wrong: string[] = [];
  for (const { requestId, commandId, sid, made } of acknowledged) {
    if (made === null) continue;
    // A repetition with the same key did nothing, and the first try has another request's id.
    const events = (commandId === null ? byRequest.get(requestId) : byCommand.get(commandId)) ?? [];
    const fitting = events.filter(({ event, streamId }) => streamId === sid && fits(event, made));
    if (fitting.length === 1) continue;
    const found = events.map(
      ({ event, streamId, position }) => `${event.type} of ${streamId} at ${position}`,
    );
    wrong.push(
      `${made.type} of ${sid} (ttl ${made.ttl ?? '–'}) was acknowledged to ${requestId}${commandId === null ? '' : ` with key ${commandId}`}, ` +
        `but is in the log ${fitting.length} times; of the command there is: ${found.join(', ') || 'nothing'}`,
    );
  }
  return wrong;
}

function fits(event: RecordedEvent['event'], made: NonNullable<Acknowledged['made']>): boolean {
  if (event.type !== made.type) return false;
  return made.ttl === undefined || !('ttl' in event.data) || event.data.ttl === made.ttl;
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}
