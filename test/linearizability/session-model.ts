import {
  createSession,
  deleteSession,
  DomainError,
  expiresAt,
  sessionStream,
  updateSession,
  type NewSession,
  type Session,
  type SessionEvent,
  type SessionUpdate,
} from '#domain';
import { errorReply } from '#wire';
import type { Model, Operation } from './linearize.js';

/** A call of one client on the one session, and what it was told. */
export interface SessionOperation extends Operation {
  readonly client: number;
  /** The calendar's time, in milliseconds, not later than the call and not earlier than the answer. */
  readonly from: number;
  readonly to: number;
  readonly call: Call;
  readonly answer: Answer;
}

export type Call =
  | { readonly kind: 'create'; readonly wish: NewSession }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'update'; readonly wish: SessionUpdate }
  | { readonly kind: 'delete' };

export type Answer =
  | { readonly kind: 'session'; readonly session: Shown }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'deleted' };

/** A session as a caller sees it; times in milliseconds, cut to seconds as on the wire. */
export interface Shown {
  readonly status: string;
  readonly closedReason: string | null;
  readonly ttl: number;
  readonly dateExpiry: number | null;
  readonly dateStarted: number | null;
  readonly dateEnded: number | null;
  readonly dateUpdated: number;
}

/** Nobody outside knows at which millisecond something happened, only between which. */
interface Between {
  readonly from: number;
  readonly to: number;
}

/** The session at a moment; the decider's state, and what a caller sees beside it. */
interface World {
  readonly session: Session;
  /** Not earlier than this: what comes next comes later. */
  readonly now: number;
  /** What `idleSince` stands for in `session`, which has the first of these moments. */
  readonly idle: Between;
  readonly started: Between | null;
  readonly ended: Between | null;
  readonly updated: Between;
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
const never: Between = { from: 0, to: 0 };

/**
 * One session, by the very functions that decide about it in the service. Whether a deadline had passed when an operation
 * took effect is open as long as the deadline lies between its call and its answer: then it goes on both ways.
 */
export const sessionModel: Model<World, SessionOperation> = {
  initial: {
    session: sessionStream.initial,
    now: 0,
    idle: never,
    started: null,
    ended: null,
    updated: never,
  },
  keyOf: (world) => JSON.stringify(world),
  step(before, { from, to, call, answer }) {
    const earliest = Math.max(before.now, from);
    if (earliest > to) return [];
    return moments(before, call, earliest, to).flatMap((now) =>
      asTimePasses({ ...before, now }, to).flatMap((world) => outcomes(world, call, answer, to, before.now)),
    );
  },
};

/** The earliest moment, and every later one from which on something may come out otherwise. */
function moments({ session, idle }: World, call: Call, earliest: number, latest: number): number[] {
  const { dateExpiry = null, ttl = 0 } = 'wish' in call ? call.wish : {};
  const turns = [
    deadlineOf(session, idle.from),
    dateExpiry === null ? null : Date.parse(dateExpiry),
    ttl === 0 ? null : idle.from + ttl * 1000,
  ];
  return [
    earliest,
    ...turns.filter((turn) => turn !== null && turn > earliest && turn <= latest),
  ] as number[];
}

function deadlineOf(session: Session, idleSince: number): number | null {
  if (session.status !== 'open' && session.status !== 'in-progress') return null;
  const at = expiresAt({ ...session, idleSince: iso(idleSince) });
  return at === null ? null : Date.parse(at);
}

/** The world, ended by its deadline or not, as far as either may be. */
function asTimePasses(world: World, latest: number): World[] {
  const { session, now, idle, updated } = world;
  const first = deadlineOf(session, idle.from);
  const last = deadlineOf(session, idle.to);
  if (first === null || last === null || first > now) return [world];
  const worlds: World[] = [];
  if (last > now) {
    // Still there, so its deadline is yet to come.
    const idleFrom = idle.from + (now + 1 - first);
    worlds.push({ ...world, session: since(session, idleFrom), idle: { from: idleFrom, to: idle.to } });
  }
  const [expired] = sessionStream.expire?.(session, iso(now)) ?? [];
  if (expired === undefined) return worlds;
  const ended = { from: first, to: Math.min(last, latest) };
  worlds.push({
    ...world,
    session: sessionStream.evolve(session, expired, iso(now)),
    ended,
    updated: { from: Math.max(updated.from, ended.from), to: Math.max(updated.to, ended.to) },
  });
  return worlds;
}

function since(session: Session, idleSince: number): Session {
  return 'idleSince' in session ? { ...session, idleSince: iso(idleSince) } : session;
}

/**
 * What is written is dated when it is decided, a moment before it takes effect: whoever looks in between, and writes nothing, comes
 * before it though they look later. So only what writes moves the time on.
 */
function outcomes(world: World, call: Call, answer: Answer, latest: number, writtenUntil: number): World[] {
  let events: readonly SessionEvent[];
  try {
    events = decide(world, call);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return answer.kind === 'refused' && answer.code === errorReply(error, '').code
      ? [{ ...world, now: writtenUntil }]
      : [];
  }
  const after = events.reduce((one, event) => happened(one, event, latest), world);
  if (call.kind === 'delete') return answer.kind === 'deleted' ? [after] : [];
  if (answer.kind !== 'session') return [];
  // A ttl may have been shortened until the end lies in the past.
  const seen = asTimePasses(after, latest).flatMap((shown) => seenAs(shown, answer.session));
  return events.length > 0 ? seen : seen.map((one) => ({ ...one, now: writtenUntil }));
}

function decide({ session, now }: World, call: Call): readonly SessionEvent[] {
  switch (call.kind) {
    case 'create':
      return createSession(session, call.wish, iso(now));
    case 'update':
      return updateSession(session, call.wish, iso(now));
    case 'delete':
      return deleteSession(session);
    case 'fetch':
      // It is there if anything can be asked of it.
      updateSession(session, {}, iso(now));
      return [];
  }
}

function happened(world: World, event: SessionEvent, latest: number): World {
  const at: Between = { from: world.now, to: latest };
  const session = sessionStream.evolve(world.session, event, iso(world.now));
  const after = { ...world, session, updated: at };
  switch (event.type) {
    case 'SessionCreated':
      return { ...after, idle: at };
    case 'SessionStarted':
      return { ...after, started: world.started ?? at };
    case 'SessionClosed':
      return { ...after, ended: at };
    case 'SessionReopened':
      return { ...after, idle: at, ended: null };
    case 'SessionTtlChanged':
    case 'SessionExpiryChanged':
    case 'SessionExpired':
    case 'SessionDeleted':
      return after;
    // Nobody here asks for more than sessions, which show nothing of these but the time of an interaction.
    case 'ParticipantAdded':
    case 'ParticipantRemoved':
    case 'InteractionStarted':
    case 'ForwardAttempted':
    case 'InteractionLegStatusChanged':
    case 'InteractionBlocked':
    case 'InteractionCompleted':
    case 'InteractionDeleted':
    case 'IdentifiersRevealed':
    case 'SessionHoldPlaced':
    case 'SessionHoldReleased':
      throw new Error(`no call of this history makes a ${event.type}`);
  }
}

/** The world if it may be shown so, with what that tells about its times. */
function seenAs(world: World, shown: Shown): World[] {
  const { session } = world;
  if (session.status === 'absent' || session.status === 'deleted') return [];
  const dateExpiry = session.dateExpiry === null ? null : toSeconds(Date.parse(session.dateExpiry));
  const closedReason = session.status === 'closed' ? session.reason : null;
  if (session.status !== shown.status || closedReason !== shown.closedReason) return [];
  if (session.ttl !== shown.ttl || dateExpiry !== shown.dateExpiry) return [];
  const started = within(world.started, shown.dateStarted);
  const ended = within(world.ended, shown.dateEnded);
  const updated = within(world.updated, shown.dateUpdated);
  if (started === undefined || ended === undefined || updated == null) return [];
  return [{ ...world, started, ended, updated }];
}

/** What is left of the time when it is shown as this second; undefined when nothing is. */
function within(time: Between | null, second: number | null): Between | null | undefined {
  if (time === null || second === null) return time === second ? null : undefined;
  const left = { from: Math.max(time.from, second), to: Math.min(time.to, second + 999) };
  return left.from <= left.to ? left : undefined;
}

function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
