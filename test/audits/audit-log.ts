import { partitionOf, type RecordedEvent } from '#event-store';
import { after, claimsOf, deadlineOf, isDeleted, parentOf, type Known } from './replay.js';

// Each audit answers what is wrong, in words; nothing when all is well.

/** Positions without gaps, versions without jumps, a time that never goes back, each account in its partition. */
export function auditOrder(log: readonly RecordedEvent[], heads: ReadonlyMap<number, number>): string[] {
  const wrong: string[] = [];
  const last = new Map<number, RecordedEvent>();
  const versions = new Map<string, number>();
  for (const recorded of log) {
    const { partition, position, streamId, version, recordedAt, accountSid } = recorded;
    const before = last.get(partition);
    if (position !== (before?.position ?? 0) + 1) wrong.push(`a gap before position ${position}`);
    if (recordedAt < (before?.recordedAt ?? '')) wrong.push(`time goes back at position ${position}`);
    if (version !== (versions.get(streamId) ?? 0) + 1) wrong.push(`${streamId} jumps to version ${version}`);
    if (partition !== partitionOf(accountSid, heads.size))
      wrong.push(`${streamId} lies in the wrong partition`);
    last.set(partition, recorded);
    versions.set(streamId, version);
  }
  for (const [partition, head] of heads) {
    if (head !== (last.get(partition)?.position ?? 0)) wrong.push(`the head of ${partition} is at ${head}`);
  }
  return wrong;
}

/**
 * The rules that hold between streams, judged as the log went on: a name has one holder, nothing comes below a deleted service
 * but the cascade's deletes, nothing but its end comes to an overdue session.
 */
export function auditRules(log: readonly RecordedEvent[]): string[] {
  const wrong: string[] = [];
  const streams = new Map<string, Known>();
  const holders = new Map<string, string>();
  for (const commit of commandsOf(log)) {
    const [first] = commit;
    const { streamId, accountSid, position, actor, recordedAt } = first;
    const before = streams.get(streamId);
    const now = commit.reduce<Known | undefined>(after, before);
    if (now === undefined) continue;
    const at = `${first.event.type} of ${streamId} at position ${position}`;

    const keyOf = ({ kind, key }: { kind: string; key: string }) => `${accountSid} ${kind} ${key}`;
    for (const claim of claimsOf(before, streamId)) holders.delete(keyOf(claim));
    for (const claim of claimsOf(now, streamId)) {
      const holder = holders.get(keyOf(claim));
      if (holder !== undefined) wrong.push(`${at} takes what ${holder} holds`);
      holders.set(keyOf(claim), streamId);
    }

    const parent = parentOf(before ?? now) ?? parentOf(now);
    if (parent !== null) {
      const service = streams.get(parent);
      if (service === undefined) wrong.push(`${at} has no parent`);
      const isCascade = actor === 'system:cascade' && first.event.type === 'SessionDeleted';
      if (isDeleted(service) && !isCascade) wrong.push(`${at} is below a deleted service`);
    }

    const deadline = deadlineOf(before);
    const isEnd = first.event.type === 'SessionExpired' || actor === 'system:cascade';
    if (deadline !== null && deadline <= recordedAt && !isEnd) wrong.push(`${at} came after its deadline`);
    if (isDeleted(before)) wrong.push(`${at} comes after the deletion`);
    streams.set(streamId, now);
  }
  return wrong;
}

/** A session ends at most once before it is opened again. */
export function auditEnds(log: readonly RecordedEvent[]): string[] {
  const hasEnded = new Set<string>();
  const wrong: string[] = [];
  for (const { streamId, event, version } of log) {
    if (event.type === 'SessionReopened') hasEnded.delete(streamId);
    if (event.type !== 'SessionClosed' && event.type !== 'SessionExpired') continue;
    if (hasEnded.has(streamId)) wrong.push(`${streamId} ends twice, again at version ${version}`);
    hasEnded.add(streamId);
  }
  return wrong;
}

/** A command is in the log at most once, its events side by side. */
export function auditCommands(log: readonly RecordedEvent[]): string[] {
  const known = new Map<string, number>();
  const wrong: string[] = [];
  for (const [{ commandId, streamId, position, partition }] of commandsOf(log)) {
    const key = `${partition} ${commandId}`;
    const before = known.get(key);
    if (before !== undefined)
      wrong.push(`${commandId} was done at position ${before} and again at ${position}, on ${streamId}`);
    known.set(key, position);
  }
  return wrong;
}

type Commit = [RecordedEvent, ...RecordedEvent[]];

/** The events of one command lie side by side. */
function commandsOf(log: readonly RecordedEvent[]): Commit[] {
  const commits: Commit[] = [];
  for (const recorded of log) {
    const commit = commits.at(-1);
    if (commit?.[0].commandId === recorded.commandId && commit[0].streamId === recorded.streamId) {
      commit.push(recorded);
    } else commits.push([recorded]);
  }
  return commits;
}
