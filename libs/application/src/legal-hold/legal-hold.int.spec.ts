import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Store } from '../store.module.js';
import { accountStream, createAccount, DomainError } from '#domain';
import { newSid, type Database } from '#platform';
import { testDatabase, testService, testWorld } from '#testing';
import { DeleteService, DeleteServiceHandler } from '../service/delete-service.js';
import { DeleteSession, DeleteSessionHandler } from '../session/delete-session.js';
import {
  PlaceAccountHold,
  PlaceAccountHoldHandler,
  ReleaseAccountHold,
  ReleaseAccountHoldHandler,
} from './hold-account.js';
import { PlaceSessionHold, PlaceSessionHoldHandler } from './hold-session.js';

let database: Database;
let store: Store;
let deleteSession: DeleteSessionHandler;
let deleteService: DeleteServiceHandler;
let holdSession: PlaceSessionHoldHandler;
let holdAccount: PlaceAccountHoldHandler;
let releaseAccount: ReleaseAccountHoldHandler;

beforeAll(async () => {
  ({ database } = await testDatabase());
  store = await testWorld(database);
  deleteSession = new DeleteSessionHandler(store.events);
  deleteService = new DeleteServiceHandler(store.events);
  holdSession = new PlaceSessionHoldHandler(store.events);
  holdAccount = new PlaceAccountHoldHandler(store.events);
  releaseAccount = new ReleaseAccountHoldHandler(store.events);
});

/** An account with a service. */
async function newAccount() {
  const accountSid = newSid('AC');
  const service = await testService(store, accountSid);
  await store.events.change(accountStream, accountSid, service.context, (account) =>
    createAccount(account, 'a spec'),
  );
  return service;
}

/** Null when it was done, else the code of the refusal. */
async function codeOf(work: Promise<void>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.code;
  }
}

/** Of the events of an account, in the order of the log. */
async function logOf(accountSid: string, types: readonly string[]): Promise<{ type: string; sid: string }[]> {
  const { rows } = await database.admin.query<{ type: string; sid: string }>(
    `select type, stream_id as sid from maskline.event where account_sid = $1 and type = any($2) order by position`,
    [accountSid, types],
  );
  return rows;
}

/** As others come at the same moment, now one first and now the other. */
const together = <First, Second>(n: number, first: () => First, second: () => Second): [First, Second] => {
  if (n % 2 === 0) return [first(), second()];
  const later = second();
  return [first(), later];
};

describe('a legal hold that meets a deletion', () => {
  it('of the session: one of them wins, and what is held is there', async () => {
    const { sid: serviceSid, accountSid, context, addSessions } = await newAccount();
    const sids = await addSessions(40, {});
    const outcomes = await Promise.all(
      sids.map(async (sid, n) => {
        const [held, deleted] = together(
          n,
          () => codeOf(holdSession.execute(new PlaceSessionHold(sid, 'a case', context))),
          () => codeOf(deleteSession.execute(new DeleteSession(serviceSid, sid, context))),
        );
        return [sid, await held, await deleted] as const;
      }),
    );
    const log = await logOf(accountSid, ['SessionHoldPlaced', 'SessionDeleted']);
    for (const [sid, held, deleted] of outcomes) {
      expect([
        [null, 'legal-hold'],
        ['session-not-found', null],
      ]).toContainEqual([held, deleted]);
      const type = held === null ? 'SessionHoldPlaced' : 'SessionDeleted';
      expect(log.filter((event) => event.sid === sid)).toEqual([{ type, sid }]);
    }
  });

  it('of a session of a held account: nothing is deleted after the hold', async () => {
    const { sid: serviceSid, accountSid, context, addSessions } = await newAccount();
    const sids = await addSessions(40, {});
    const deleteAll = (some: readonly string[]) =>
      some.map((sid) => codeOf(deleteSession.execute(new DeleteSession(serviceSid, sid, context))));
    const before = deleteAll(sids.slice(0, 20));
    const placed = codeOf(holdAccount.execute(new PlaceAccountHold('a case', context)));
    const outcomes = await Promise.all([...before, ...deleteAll(sids.slice(20))]);
    expect(await placed).toBeNull();

    const log = await logOf(accountSid, ['AccountHoldPlaced', 'SessionDeleted']);
    expect(log.at(-1)).toEqual({ type: 'AccountHoldPlaced', sid: accountSid });
    const deleted = log.slice(0, -1).map(({ sid }) => sid);
    expect(deleted.sort()).toEqual(sids.filter((_, n) => outcomes[n] === null).sort());
    for (const code of outcomes) expect([null, 'legal-hold']).toContain(code);
  });

  it('of the service above: a service is not deleted over a held session', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const { sid: serviceSid, accountSid, context, addSessions } = await newAccount();
        const [sid = ''] = await addSessions(1, {});
        const [held, deleted] = together(
          n,
          () => codeOf(holdSession.execute(new PlaceSessionHold(sid, 'a case', context))),
          () => codeOf(deleteService.execute(new DeleteService(serviceSid, context))),
        );
        return [accountSid, await held, await deleted] as const;
      }),
    );
    for (const [accountSid, held, deleted] of outcomes) {
      expect([
        [null, 'legal-hold'],
        ['service-not-found', null],
      ]).toContainEqual([held, deleted]);
      const log = await logOf(accountSid, ['SessionHoldPlaced', 'ServiceDeleted']);
      expect(log.map(({ type }) => type)).toEqual([held === null ? 'SessionHoldPlaced' : 'ServiceDeleted']);
    }
  });
});

describe('a legal hold on an account', () => {
  it('keeps its services and sessions, in the words of the contract, until it is released', async () => {
    const { sid: serviceSid, accountSid, context, addSessions } = await newAccount();
    const other = await newAccount();
    const [sid = ''] = await addSessions(1, {});
    const [free = ''] = await other.addSessions(1, {});
    await holdAccount.execute(new PlaceAccountHold('a case', context));

    await expect(deleteSession.execute(new DeleteSession(serviceSid, sid, context))).rejects.toMatchObject({
      code: 'legal-hold',
      message: `Account ${accountSid} is on legal hold. Cannot delete record ${sid}`,
    });
    await expect(deleteService.execute(new DeleteService(serviceSid, context))).rejects.toMatchObject({
      message: `Account ${accountSid} is on legal hold. Cannot delete record ${serviceSid}`,
    });
    expect(await codeOf(deleteSession.execute(new DeleteSession(other.sid, free, other.context)))).toBeNull();

    await releaseAccount.execute(new ReleaseAccountHold('it is over', context));
    expect(await codeOf(deleteSession.execute(new DeleteSession(serviceSid, sid, context)))).toBeNull();
    expect(await codeOf(deleteService.execute(new DeleteService(serviceSid, context)))).toBeNull();
  });
});
