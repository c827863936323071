import twilio from 'twilio';
import type { SessionInstance } from 'twilio/lib/rest/proxy/v1/service/session.js';
import type { NewSession, SessionUpdate } from '#domain';
import type { Service } from '#testing';
import type { Answer, Call, SessionOperation, Shown } from './session-model.js';

/** What one client does, one call after the other. */
export type Script = readonly Exclude<Call, { kind: 'create' }>[];

type Sessions = ReturnType<ReturnType<typeof sdk>['services']>['sessions'];

/** Twilio's own SDK, pointed at this process. */
export function sdk({ url, accountSid, authToken }: Service) {
  const client = twilio(accountSid, authToken);
  client.proxy.baseUrl = url;
  return client.proxy.v1;
}

/** Makes a session, lets a client for each script loose on it, at one of the processes in turn, and fetches what is left. */
export async function recordHistory(
  processes: readonly Service[],
  wish: NewSession,
  scripts: readonly Script[],
): Promise<SessionOperation[]> {
  const at = (client: number): Sessions => {
    const process = processes[client % processes.length];
    if (process === undefined) throw new Error('no process to call');
    return sdk(process).services(wish.serviceSid).sessions;
  };
  let sid = '';
  const created = await recorded(0, { kind: 'create', wish }, async () => {
    const session = await at(0).create(parametersOf(wish));
    sid = session.sid;
    return { kind: 'session', session: shown(session) };
  });
  // Its end may have been past when it came.
  if (created.answer.kind === 'refused') return [created];
  const fetched = (client: number) =>
    recorded(client, { kind: 'fetch' }, () => ask(at(client), sid, { kind: 'fetch' }));
  const met = await Promise.all(
    scripts.map(async (script, client) => {
      const sessions = at(client);
      const operations: SessionOperation[] = [];
      for (const call of script)
        operations.push(await recorded(client, call, () => ask(sessions, sid, call)));
      return operations;
    }),
  );
  // Every process has to know the end of it.
  return [created, ...met.flat(), ...(await Promise.all(processes.map((_, client) => fetched(client))))];
}

async function recorded(
  client: number,
  call: Call,
  answered: () => Promise<Answer>,
): Promise<SessionOperation> {
  const from = Date.now();
  const invoked = performance.now();
  const answer = await answered().catch(refusal);
  const returned = performance.now();
  return { client, call, answer, invoked, returned, from, to: Date.now() };
}

async function ask(sessions: Sessions, sid: string, call: Script[number]): Promise<Answer> {
  switch (call.kind) {
    case 'fetch':
      return { kind: 'session', session: shown(await sessions(sid).fetch()) };
    case 'update':
      return { kind: 'session', session: shown(await sessions(sid).update(parametersOf(call.wish))) };
    case 'delete':
      await sessions(sid).remove();
      return { kind: 'deleted' };
  }
}

/** Only what a decision may refuse is an answer; anything else says nothing about the session. */
function refusal(error: unknown): Answer {
  if (!(error instanceof twilio.RestException) || error.status >= 500 || error.code === undefined)
    throw error;
  return { kind: 'refused', code: error.code };
}

function parametersOf({ ttl, dateExpiry, status }: Pick<SessionUpdate, 'ttl' | 'dateExpiry' | 'status'>) {
  return {
    ...(ttl === undefined ? {} : { ttl }),
    ...(dateExpiry == null ? {} : { dateExpiry: new Date(dateExpiry) }),
    ...(status === undefined ? {} : { status }),
  };
}

function shown(session: SessionInstance): Shown {
  // The SDK's types know no null.
  const time = (date: Date | null) => date && date.getTime();
  return {
    status: session.status,
    closedReason: session.closedReason,
    ttl: session.ttl,
    dateExpiry: time(session.dateExpiry),
    dateStarted: time(session.dateStarted),
    dateEnded: time(session.dateEnded),
    dateUpdated: session.dateUpdated.getTime(),
  };
}
