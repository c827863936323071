import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import {
  attemptForward,
  changeLegStatus,
  deleteInteraction,
  deleteSession,
  removeParticipant,
  sessionStream,
  startInteraction,
  updateSession,
  type Interaction,
  type LegStatus,
  type NewInteraction,
} from '#domain';
import { newSid, type Database } from '#platform';
import { postgresVersions, testDatabase, testStore } from '#testing';
import type { Changed } from '../append/changed.js';
import type { EventContext } from '../event-context.js';
import type { EventStore } from '../event-store.js';
import type { Queryable } from '../queryable.js';
import { MaskedSessions } from '../spec/masked-sessions.js';

const [one, two] = ['+15559990001', '+15559990002'];

describe.each(postgresVersions())('rows below a stream on PostgreSQL %s', (postgres) => {
  const masterKey = createSecretKey(randomBytes(32));
  let database: Database;
  let store: EventStore;
  /** As another process has it. */
  let other: EventStore;
  let service: MaskedSessions;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    store = await testStore(database, { masterKey });
    other = await testStore(database, { masterKey });
    service = await new MaskedSessions(store).open();
  });

  const talk = () =>
    service.talk([
      [newPerson(), one],
      [newPerson(), two],
    ]);

  let people = 0;
  const newPerson = () => `+1555${String(++people).padStart(7, '0')}`;

  async function rows(table: string, session: string): Promise<Record<string, unknown>[]> {
    const { rows } = await database.admin.query<Record<string, unknown>>(
      `select * from maskline.${table} where session_sid = $1 order by sid`,
      [session],
    );
    return rows.map(({ partition: _, ...row }) => row);
  }

  /** A message of the first participant to the second; answers its SID. */
  async function say(session: string, [from, to]: readonly string[], body: string): Promise<string> {
    if (from === undefined || to === undefined) throw new Error('it takes two to talk');
    const interactionSid = newSid('KI');
    const wish: NewInteraction = {
      accountSid: service.accountSid,
      serviceSid: service.serviceSid,
      interactionSid,
      type: 'message',
      inbound: { participantSid: from, resourceSid: `SM${interactionSid.slice(2)}`, resourceUrl: null },
      outboundParticipantSid: to,
      body,
      mediaUrls: ['https://example.com/1'],
    };
    await store.change(
      sessionStream,
      session,
      service.context,
      (state) => startInteraction(state, wish, false),
      { subjects: [interactionSid] },
    );
    return interactionSid;
  }

  const knownOf = (row: object | null): Interaction | null => {
    if (row === null) return null;
    // The projector of interactions made it.
    const known = row as {
      type: 'message';
      inbound_resource_status: LegStatus | null;
      outbound_resource_status: LegStatus | null;
      outbound_resource_sid: string | null;
      attempts: number;
    };
    return {
      type: known.type,
      inboundStatus: known.inbound_resource_status,
      outboundStatus: known.outbound_resource_status,
      outboundResourceSid: known.outbound_resource_sid,
      attempts: known.attempts,
    };
  };

  const attempt = (session: string, sid: string, through = store, context: EventContext = service.context) =>
    through.change(
      sessionStream,
      session,
      context,
      (state, { child }) => {
        const known = knownOf(child(sid));
        return attemptForward(state, sid, known, known?.attempts ?? 0);
      },
      { children: [sid] },
    );

  const report = (session: string, sid: string, status: LegStatus, through = store) =>
    through.change(
      sessionStream,
      session,
      service.context,
      (state, { child }) =>
        changeLegStatus(state, sid, knownOf(child(sid)), {
          leg: 'outbound',
          status,
          resourceSid: `MM${sid.slice(2)}`,
          resourceUrl: null,
        }),
      { children: [sid] },
    );

  it('come with the events of one command, several at once', async () => {
    const { sid, participants } = await talk();
    expect(await rows('participant', sid)).toMatchObject(
      [...participants]
        .sort()
        .map((participant) => ({ sid: participant, session_sid: sid, date_deleted: null })),
    );
  });

  it('are told to the caller as the command left them', async () => {
    const { sid, participants } = await talk();
    const interaction = await say(sid, participants, 'Hello "Bob"\\\n');
    const changed = await attempt(sid, interaction);
    expect([...changed.children.keys()]).toEqual([interaction]);
    expect(await rows('interaction', sid)).toEqual([changed.children.get(interaction)]);
    expect(changed.children.get(interaction)).toMatchObject({
      data: JSON.stringify({ body: 'Hello "Bob"\\\n' }),
      media_urls: ['https://example.com/1'],
      attempts: 1,
      is_pending: true,
    });
    const reported = await report(sid, interaction, 'sent');
    expect(await rows('interaction', sid)).toEqual([reported.children.get(interaction)]);
    // What was looked at and left as it was is told, too.
    const again = await attempt(sid, interaction);
    expect(again).toMatchObject({ version: reported.version });
    expect(again.children).toEqual(reported.children);
  });

  it('can be changed only by a command that has asked for them', async () => {
    const { sid, participants } = await talk();
    const [first = ''] = participants;
    const remove = (children: string[]) =>
      store.change(sessionStream, sid, service.context, (state) => removeParticipant(state, first), {
        children,
      });
    await expect(remove([])).rejects.toThrow('was not loaded');
    expect(await rows('participant', sid)).not.toContainEqual(
      expect.objectContaining({ date_deleted: expect.any(String) }),
    );
    const { children } = await remove([first]);
    expect(children.get(first)).toMatchObject({ date_deleted: expect.any(String) });
    expect(await rows('participant', sid)).toContainEqual(children.get(first));
    await expect(
      store.change(sessionStream, sid, service.context, (_, { child }) => (child(first) === null ? [] : [])),
    ).rejects.toThrow('was not loaded');
  });

  it('are null when they are not there, or below another stream', async () => {
    const [mine, theirs] = [await talk(), await talk()];
    const [stranger = ''] = theirs.participants;
    const nobody = newSid('KI');
    const seen: (object | null)[] = [];
    await store.change(
      sessionStream,
      mine.sid,
      service.context,
      (_, { child }) => {
        seen.push(child(stranger), child(nobody));
        return [];
      },
      { children: [stranger, nobody] },
    );
    expect(seen).toEqual([null, null]);
  });

  it('are decided on as they are when two processes change them at once', async () => {
    const { sid, participants } = await talk();
    const interactions = await Promise.all([1, 2, 3].map((n) => say(sid, participants, `message ${n}`)));
    await Promise.all(
      interactions.flatMap((interaction) =>
        Array.from({ length: 6 }, (_, i) => attempt(sid, interaction, i % 2 === 0 ? store : other)),
      ),
    );
    expect((await rows('interaction', sid)).map(({ attempts }) => attempts)).toEqual([6, 6, 6]);
  });

  it('are caught up after a conflict without being loaded again', async () => {
    const { sid, participants } = await talk();
    const [mine, theirs] = [await say(sid, participants, 'mine'), await say(sid, participants, 'theirs')];
    const statements: string[] = [];
    let isFirst = true;
    const loads: Queryable = {
      query: async (statement) => {
        const answer = await database.reads.query(statement);
        statements.push(statement.name);
        if (isFirst) {
          isFirst = false;
          await attempt(sid, mine);
          await report(sid, theirs, 'sent');
        }
        return answer;
      },
    };
    const slow = await testStore(database, { masterKey, loads });
    const changed = await attempt(sid, mine, slow);
    expect(statements).toEqual(['load-more']);
    expect(changed.children.get(mine)).toMatchObject({ attempts: 2 });
    expect(await rows('interaction', sid)).toContainEqual(changed.children.get(mine));
  });

  it('are loaded again when somebody came or spoke meanwhile, for that is sealed', async () => {
    const { sid } = await service.talk([[newPerson(), one]]);
    const statements: string[] = [];
    let isFirst = true;
    const loads: Queryable = {
      query: async (statement) => {
        const answer = await database.reads.query(statement);
        statements.push(statement.name);
        if (isFirst) {
          isFirst = false;
          await service.join(sid, newPerson(), two);
        }
        return answer;
      },
    };
    const slow = await testStore(database, { masterKey, loads });
    await expect(service.join(sid, newPerson(), two, slow)).rejects.toMatchObject({
      code: 'too-many-participants',
    });
    // The last one, on refusing, asks for the service.
    expect(statements).toEqual(['load-more', 'load-more', 'load']);
    const { state } = await store.load(sessionStream, sid, service.accountSid);
    expect(JSON.stringify(state)).not.toContain('sealed');
  });

  it('are not written twice by the same command', async () => {
    const { sid, participants } = await talk();
    const interaction = await say(sid, participants, 'once');
    const context = {
      ...service.context,
      idempotency: { commandId: randomUUID(), fingerprint: 'attempt' },
    };
    const tries = await Promise.all([
      attempt(sid, interaction, store, context),
      attempt(sid, interaction, other, context),
    ]);
    expect(tries.map(({ isDuplicate }) => isDuplicate).sort()).toEqual([false, true]);
    const first = tries.find(({ isDuplicate }) => !isDuplicate) as Changed;
    expect(await rows('interaction', sid)).toEqual([first.children.get(interaction)]);
    expect(first.children.get(interaction)).toMatchObject({ attempts: 1 });
  });

  it('go one by one, and their words with them', async () => {
    const { sid, participants } = await talk();
    const [gone, kept] = [await say(sid, participants, 'gone'), await say(sid, participants, 'kept')];
    const { children } = await store.change(
      sessionStream,
      sid,
      service.context,
      (state, { child }) => deleteInteraction(state, gone, knownOf(child(gone))),
      { children: [gone] },
    );
    expect(children).toEqual(new Map([[gone, null]]));
    expect(await rows('interaction', sid)).toMatchObject([{ sid: kept }]);
    const { rows: keys } = await database.admin.query('select from maskline.event_key where subject = $1', [
      gone,
    ]);
    expect(keys).toEqual([]);
  });

  it('all go with their stream, and those of others stay', async () => {
    const [gone, kept] = [await talk(), await talk()];
    for (const { sid, participants } of [gone, kept]) {
      await say(sid, participants, 'one');
      await say(sid, participants, 'two');
    }
    const before = [await rows('participant', kept.sid), await rows('interaction', kept.sid)];
    const [first = ''] = gone.participants;
    const { children } = await store.change(sessionStream, gone.sid, service.context, deleteSession, {
      children: [first],
    });
    expect(children).toEqual(new Map([[first, null]]));
    expect(await rows('participant', gone.sid)).toEqual([]);
    expect(await rows('interaction', gone.sid)).toEqual([]);
    expect([await rows('participant', kept.sid), await rows('interaction', kept.sid)]).toEqual(before);
  });

  it('cost a command that needs none of them nothing', async () => {
    const { sid, participants } = await talk();
    await say(sid, participants, 'Hello');
    const statements: string[] = [];
    const loads: Queryable = {
      query: (statement) => {
        statements.push(statement.name);
        return database.reads.query(statement);
      },
    };
    const watched = await testStore(database, { masterKey, loads });
    await watched.change(sessionStream, sid, service.context, (session, { now }) =>
      updateSession(session, { ttl: 3600 }, now),
    );
    expect(statements).toEqual(['load']);
  });
});
