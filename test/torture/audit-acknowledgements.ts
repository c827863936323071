import type { RecordedEvent } from '#event-store';
import type { Acknowledgement } from './acknowledgement.js';

/** Every acknowledgement is in the log exactly once and as decided; every retry got the first outcome; nothing refused is there. */
export function auditAcknowledgements(
  log: readonly RecordedEvent[],
  acknowledgements: readonly Acknowledgement[],
): string[] {
  const wrong: string[] = [];
  const byRequest = new Map<string, RecordedEvent[]>();
  for (const recorded of log) {
    // What a caller's command found overdue was ended under its request, as a command of its own.
    if (recorded.actor === 'system:expiry') continue;
    const requestId = recorded.requestId ?? '';
    byRequest.set(requestId, [...(byRequest.get(requestId) ?? []), recorded]);
  }
  for (const { requestId, sid, version, isDuplicate, decided } of acknowledgements) {
    const logged = byRequest.get(requestId) ?? [];
    const types = logged.map(({ event }) => event.type);
    if (isDuplicate && types.length > 0) wrong.push(`${requestId} was a retry, but it did something`);
    if (isDuplicate) continue;
    if (types.join() !== decided.join())
      wrong.push(`${requestId} decided ${decided.join()}, logged ${types.join()}`);
    const last = logged.at(-1);
    if (last !== undefined && (last.streamId !== sid || last.version !== version)) {
      wrong.push(`${requestId} was told another version than the log has`);
    }
  }
  return [...wrong, ...auditKeys(log, acknowledgements)];
}

/** A client's key stands for one command, whoever used it. */
function auditKeys(log: readonly RecordedEvent[], acknowledgements: readonly Acknowledgement[]): string[] {
  const wrong: string[] = [];
  const requests = new Map<string, Set<string>>();
  for (const { commandId, requestId, actor } of log) {
    if (actor === 'system:expiry') continue;
    requests.set(commandId, (requests.get(commandId) ?? new Set()).add(requestId ?? ''));
  }
  for (const [commandId, made] of requests)
    if (made.size > 1) wrong.push(`${commandId} was done ${made.size} times`);

  const firsts = new Map<string, Acknowledgement>();
  const outcomes = new Map<string, string>();
  for (const told of acknowledgements) {
    const { commandId, sid, version, isDuplicate } = told;
    if (commandId === null) continue;
    const outcome = `${sid} at ${version}`;
    if ((outcomes.get(commandId) ?? outcome) !== outcome) wrong.push(`${commandId} had two outcomes`);
    outcomes.set(commandId, outcome);
    if (isDuplicate) continue;
    if (firsts.has(commandId)) wrong.push(`${commandId} was the first twice`);
    firsts.set(commandId, told);
  }
  return wrong;
}
