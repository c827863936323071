// One process of the torture: `writer.ts <database url> <partitions> <seconds> [PgBouncer's url]`. Does at random what callers, timers and the
// cascade do, on streams, names, parents and command ids that all writers share, and tells what was acknowledged.
import { createHash, createSecretKey, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createService,
  createSession,
  deleteService,
  deleteSession,
  DomainError,
  serviceStream,
  sessionStream,
  updateService,
  updateSession,
  type SessionUpdate,
} from '#domain';
import { EventStore, type Changed, type EventContext } from '#event-store';
import { openDatabase } from '#platform';
import { inlineProjectors } from '#read-model';
import { accounts } from './accounts.js';
import type { Line } from './acknowledgement.js';

const [url = '', partitions = '1', seconds = '1', poolUrl = ''] = process.argv.slice(2);
const loops = 12;

const pooling = poolUrl === '' ? {} : { DATABASE_POOL_URL: poolUrl, PREPARED_STATEMENTS: false };
const database = openDatabase({ DATABASE_URL: url, ...pooling }, 'torture');
const store = new EventStore({
  appends: (partition) => database.pipeline(partition),
  loads: database.reads,
  partitions: Number(partitions),
  projectors: inlineProjectors,
  upcasters: {},
  masterKey: createSecretKey(Buffer.alloc(32)),
  batching: { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 30_000 },
});

const refused: Record<string, number> = {};

const settings = {
  defaultTtl: 0,
  callbackUrl: null,
  interceptCallbackUrl: null,
  outOfSessionCallbackUrl: null,
  geoMatchLevel: 'country',
  numberSelectionBehavior: 'prefer-sticky',
  chatInstanceSid: null,
} as const;

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function oneOf<Item>(items: readonly [Item, ...Item[]]): Item {
  return items[below(items.length)] ?? items[0];
}

/** A sid that every writer comes to at about the same time: the window of numbers moves on with the clock. */
function sharedSid(prefix: 'KS' | 'KC', account: string, everyMs: number, window: number): string {
  return numberedSid(prefix, account, Math.floor(Date.now() / everyMs) + below(window));
}

function numberedSid(prefix: 'KS' | 'KC', account: string, number: number): string {
  return prefix + createHash('sha256').update(`${prefix} ${account} ${number}`).digest('hex').slice(0, 32);
}

const newServiceSid = (account: string) => sharedSid('KS', account, 1000, 2);
const newSessionSid = (account: string) => sharedSid('KC', account, 60, 8);

// At thousands of deeds a second, what can be deleted is deleted long before it is overdue. Beside the rest there are, in each
// account, a service that nobody deletes and a few sessions below it, which come and go with the clock and expire.
const steadyServiceSid = (account: string) => numberedSid('KS', `${account} steady`, 0);
const steadyEveryMs = 2000;
const newSteadySid = (account: string) => sharedSid('KC', `${account} steady`, steadyEveryMs, 2);

function isSteady(account: string, sid: string): boolean {
  const newest = Math.floor(Date.now() / steadyEveryMs) + 1;
  if (sid === steadyServiceSid(account)) return true;
  return [0, 1, 2, 3].some((age) => sid === numberedSid('KC', `${account} steady`, newest - age));
}

/** What was there a moment ago, by account: where most can be done, and where all meet. */
const lately = new Map<string, { readonly services: string[]; readonly sessions: string[] }>();

async function look(): Promise<void> {
  const newest = (table: string, account: string, most: number) =>
    database.admin
      .query<{ sid: string }>(
        `select sid from maskline.${table} where account_sid = $1 order by date_created desc limit ${most}`,
        [account],
      )
      .then(({ rows }) => rows.map(({ sid }) => sid));
  for (const account of accounts) {
    lately.set(account, {
      services: await newest('service', account, 3),
      sessions: await newest('session', account, 12),
    });
  }
}

function serviceSid(account: string): string {
  const known = lately.get(account)?.services ?? [];
  return known[below(known.length)] ?? newServiceSid(account);
}

function sessionSid(account: string): string {
  if (below(4) === 0) return newSteadySid(account);
  const known = lately.get(account)?.sessions ?? [];
  return known[below(known.length)] ?? newSessionSid(account);
}

interface Attempt {
  readonly context: EventContext;
  readonly decided: string[];
}

/** Notes what is decided, for only the last decision counts. */
function noting<Events extends readonly { readonly type: string }[]>(
  attempt: Attempt,
  events: Events,
): Events {
  attempt.decided.splice(0, Infinity, ...events.map(({ type }) => type));
  return events;
}

type Deed = (attempt: Attempt, account: string) => Promise<Changed>;

const openService: Deed = (attempt, accountSid) =>
  store.create(serviceStream, newServiceSid(accountSid), attempt.context, null, () => {
    const wish = { ...settings, accountSid, uniqueName: oneOf(['rides', 'food', 'care']) };
    return noting(attempt, createService(serviceStream.initial, wish));
  });

const renameService: Deed = (attempt, account) =>
  store.change(serviceStream, serviceSid(account), attempt.context, (service) =>
    noting(attempt, updateService(service, { uniqueName: oneOf(['rides', 'food', 'care']) })),
  );

const closeService: Deed = (attempt, account) => {
  const sid = serviceSid(account);
  if (isSteady(account, sid)) return renameService(attempt, account);
  return store.change(serviceStream, sid, attempt.context, (service) =>
    noting(attempt, deleteService(service)),
  );
};

/** Every process does so first; one of them makes it. */
async function openSteadyService(accountSid: string): Promise<void> {
  const attempt = { ...newAttempt(accountSid), decided: [] };
  const context = { ...attempt.context, idempotency: null };
  const wish = { ...settings, accountSid, uniqueName: 'steady' };
  const sid = steadyServiceSid(accountSid);
  for (;;) {
    try {
      await store.create(serviceStream, sid, context, null, () => createService(serviceStream.initial, wish));
      return;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'overloaded') continue;
      collision(error);
      return;
    }
  }
}

const openSession: Deed = (attempt, accountSid) => {
  const isLasting = below(4) === 0;
  const id = isLasting ? steadyServiceSid(accountSid) : serviceSid(accountSid);
  const parent = { stream: serviceStream, id };
  const sid = isLasting ? newSteadySid(accountSid) : newSessionSid(accountSid);
  return store.create(sessionStream, sid, attempt.context, parent, ({ now }) => {
    // The parent is not looked at here: append alone must refuse what lies below a deleted service.
    const wish = {
      accountSid,
      serviceSid: id,
      uniqueName: oneOf([null, null, null, null, null, null, 'order 1', 'order 2']),
      mode: 'voice-only',
      ttl: oneOf([0, 0, 1, 60]),
      dateExpiry: null,
      status: below(2) === 0 ? 'open' : 'in-progress',
    } as const;
    return noting(attempt, createSession(sessionStream.initial, wish, now));
  });
};

const changeSession: Deed = (attempt, account) =>
  store.change(sessionStream, sessionSid(account), attempt.context, (session, { now }) => {
    const wish: SessionUpdate = oneOf<SessionUpdate>([
      { ttl: below(100) },
      { ttl: 1 },
      { status: 'in-progress' },
      { status: 'closed' },
      { status: 'in-progress', ttl: 1 },
    ]);
    return noting(attempt, updateSession(session, wish, now));
  });

const removeSession: Deed = (attempt, account) => {
  const sid = sessionSid(account);
  if (isSteady(account, sid)) return changeSession(attempt, account);
  return store.change(sessionStream, sid, attempt.context, (session) =>
    noting(attempt, deleteSession(session)),
  );
};

/** As the subscription that follows deleted services does it. */
const cascade: Deed = async (attempt, account) => {
  const { rows } = await database.admin.query<{ sid: string }>(
    `select s.sid from maskline.session s
     join maskline.stream parent on parent.partition = s.partition and parent.stream_id = s.service_sid
     where s.account_sid = $1 and parent.status = 'deleted' limit 20`,
    [account],
  );
  const sid = rows[below(rows.length)]?.sid ?? sessionSid(account);
  if (rows.length === 0) return changeSession(attempt, account);
  const context = { ...attempt.context, actor: 'system:cascade' };
  const decide = (session: Parameters<typeof deleteSession>[0]) => noting(attempt, deleteSession(session));
  return store.change(sessionStream, sid, context, decide, { isCascade: true });
};

/** Of a hundred: mostly work on sessions, and now and then the ground is taken away from under it. */
const deeds: readonly [number, Deed][] = [
  [27, openSession],
  [42, changeSession],
  [4, removeSession],
  [8, cascade],
  [12, openService],
  [5, renameService],
  [2, closeService],
];

function anyDeed(): Deed {
  let chance = below(100);
  return deeds.find(([weight]) => (chance -= weight) < 0)?.[1] ?? openSession;
}

/** Every sixth caller has a key, which the others have, too: all that share it ask for a session. */
function newAttempt(accountSid: string): Attempt & { readonly deed: Deed } {
  const isKeyed = below(6) === 0;
  const requestId = `RQ${randomUUID()}`;
  const commandId = `${accountSid} ${Math.floor(Date.now() / 50) + below(5)}`;
  const context: EventContext = {
    accountSid,
    actor: accountSid,
    requestId,
    correlationId: requestId,
    causationId: null,
    traceParent: null,
    idempotency: isKeyed ? { commandId, fingerprint: 'one request' } : null,
  };
  return { context, decided: [], deed: isKeyed ? openSession : anyDeed() };
}

async function act(): Promise<void> {
  const account = oneOf(accounts);
  if (below(10) === 0) {
    const context = { ...newAttempt(account).context, idempotency: null };
    await store.expire(sessionStream, sessionSid(account), context);
    return;
  }
  const attempt = newAttempt(account);
  const { sid, version, isDuplicate } = await attempt.deed(attempt, account);
  const { requestId, idempotency } = attempt.context;
  await tell({
    requestId: requestId ?? '',
    commandId: idempotency?.commandId ?? null,
    sid,
    version,
    isDuplicate,
    decided: attempt.decided,
  });
}

async function tell(told: Line): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(told)}\n`)) await once(process.stdout, 'drain');
}

async function lookUntil(end: number): Promise<void> {
  while (Date.now() < end) {
    await look();
    await pause(50);
  }
}

async function actUntil(end: number): Promise<void> {
  while (Date.now() < end) {
    try {
      await act();
    } catch (error) {
      const code = error instanceof DomainError ? error.code : collision(error);
      refused[code] = (refused[code] ?? 0) + 1;
    }
  }
}

/** Somebody else has created the stream of that id: only this torture shares fresh ids. Anything else is a failure. */
function collision(error: unknown): string {
  if (error instanceof Error && error.message.startsWith('append answered conflict')) return 'exists-already';
  throw error;
}

// All start together, when the last is ready: whoever waits for nobody meets nobody. Opening connections is
// over by then: where five processes do so at once, on two cores, it may take longer than a caller waits.
await Promise.all(accounts.map(openSteadyService));
await look();
await tell({ isReady: true });
await once(process.stdin, 'data');
process.stdin.destroy();
const end = Date.now() + Number(seconds) * 1000;
await Promise.all([lookUntil(end), ...Array.from({ length: loops }, () => actUntil(end))]);
await store.drain();
await database.close();
await tell({ refused });
