import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { ERASED, isErased, type Personal, type Stream } from '#domain';
import { newSid, type Database } from '#platform';
import { testDatabase, testStore } from '#testing';
import { contentHash } from '../append/content-hash.js';
import { canonicalJson } from '../canonical-json.js';
import type { EventStore } from '../event-store.js';
import { isoTime } from '../iso-time.js';
import { readLog } from '../read/read-log.js';
import { readStream } from '../read/read-stream.js';
import type { EventRow, RecordedEvent } from '../recorded-event.js';
import { specContext } from '../spec/plain-command.js';
import { openSealed } from './open-sealed.js';

// A stream of this spec's own: a letter box with letters, each of which can be forgotten.

type BoxEvent =
  | { type: 'BoxOpened'; data: { owner: Personal<string>; colour: string; note: Personal<string> | null } }
  | {
      type: 'LetterCame';
      data: { letter: string; text: Personal<string>; pages: Personal<readonly string[]> };
    }
  | { type: 'LetterAnswered'; data: { letter: string; text: Personal<string> } }
  | { type: 'LetterForgotten'; data: { letter: string } }
  | { type: 'BoxDeleted'; data: Record<string, never> };

type Box =
  | { status: 'absent' }
  | { status: 'live'; owner: string | null; letters: readonly string[]; lastText: string | null }
  | { status: 'deleted' };

const boxStream: Stream<Box, BoxEvent> = {
  category: 'box',
  prefix: 'KC',
  stateSchema: 1,
  initial: { status: 'absent' },
  deleted: { status: 'deleted' },
  evolve(box, event) {
    if (event.type === 'BoxOpened') {
      return { status: 'live', owner: readable(event.data.owner), letters: [], lastText: null };
    }
    if (box.status !== 'live') return box;
    switch (event.type) {
      case 'LetterCame':
        return {
          ...box,
          letters: [...box.letters, event.data.letter],
          lastText: readable(event.data.text),
        };
      case 'LetterAnswered':
        return { ...box, lastText: readable(event.data.text) };
      case 'LetterForgotten':
        return {
          ...box,
          letters: box.letters.filter((letter) => letter !== event.data.letter),
          lastText: null,
        };
      case 'BoxDeleted':
        return { status: 'deleted' };
    }
  },
  personal: {
    BoxOpened: { fields: ['owner', 'note'] },
    LetterCame: { fields: ['text', 'pages'], subject: ({ letter }) => letter },
    LetterAnswered: { fields: ['text'], subject: ({ letter }) => letter },
    LetterForgotten: { erases: ({ letter }) => letter },
  },
};

function readable(value: Personal<string>): string | null {
  return isErased(value) ? null : value;
}

const masterKey = createSecretKey(randomBytes(32));
const context = specContext({ accountSid: newSid('AC') });

let database: Database;
let store: EventStore;
let canaries = 0;

beforeAll(async () => {
  ({ database } = await testDatabase());
  store = await testStore(database, { masterKey, projectors: {} });
});

/** A text that occurs nowhere else. */
const newCanary = () => `canary-${++canaries}-${randomBytes(6).toString('hex')}`;

function decide(sid: string, events: BoxEvent[], subjects = lettersIn(events), through = store) {
  return through.change(boxStream, sid, context, () => events, { subjects });
}

function lettersIn(events: readonly BoxEvent[]): string[] {
  return events.flatMap(({ data }) => ('letter' in data ? [data.letter] : []));
}

async function openBox(owner = 'Alice'): Promise<string> {
  const opened: BoxEvent = { type: 'BoxOpened', data: { owner, colour: 'red', note: null } };
  return (await store.create(boxStream, newSid('KC'), context, null, () => [opened])).sid;
}

const letterCame = (letter: string, text: string): BoxEvent => ({
  type: 'LetterCame',
  data: { letter, text, pages: [text, 'page 2'] },
});

async function read(sid: string, key: typeof masterKey | null = masterKey): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const place = { partition: 0, streamId: sid };
  for await (const event of readStream(database.reads, place, {}, { masterKey: key })) events.push(event);
  return events;
}

const dataOf = async (sid: string) => (await read(sid)).map(({ event }) => event.data);

async function rowsOf(sid: string): Promise<(EventRow & { content_hash: Buffer })[]> {
  const { rows } = await database.admin.query<EventRow & { content_hash: Buffer }>(
    'select * from maskline.event where stream_id = $1 order by version',
    [sid],
  );
  return rows;
}

/** The tables in which the text occurs, in whatever column. */
async function tablesWith(text: string): Promise<string[]> {
  const { rows: tables } = await database.admin.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'maskline' and table_type = 'BASE TABLE' order by 1`,
  );
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['event', 'event_key', 'stream']));
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await database.admin.query(
      `select from maskline.${name} t where to_jsonb(t)::text like $1 limit 1`,
      [`%${text}%`],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

async function subjectsOf(sid: string): Promise<string[]> {
  const { rows } = await database.admin.query<{ subject: string }>(
    'select subject from maskline.event_key where stream_id = $1 order by subject',
    [sid],
  );
  return rows.map(({ subject }) => subject);
}

describe('personal fields', () => {
  it('are nowhere in the log in the clear, and read as they were written', async () => {
    const [owner, text] = [newCanary(), newCanary()];
    const sid = await openBox(owner);
    await decide(sid, [letterCame('L1', text)]);
    expect(await dataOf(sid)).toEqual([
      { owner, colour: 'red', note: null },
      { letter: 'L1', text, pages: [text, 'page 2'] },
    ]);
    const [opened, came] = await rowsOf(sid);
    expect(opened?.data).toEqual({
      owner: { sealed: expect.any(String), subject: sid },
      colour: 'red',
      note: null,
    });
    expect(JSON.stringify(came?.data)).not.toContain(text);
    // The state of a live stream holds what the decider keeps in it.
    expect(await tablesWith(owner)).toEqual(['stream']);
  });

  it('come as they lie in the log to a reader without the master key', async () => {
    const sid = await openBox();
    const [event] = await read(sid, null);
    expect(event?.event.data).toMatchObject({ owner: { subject: sid }, colour: 'red' });
  });

  it('are sealed anew each time: equal texts do not look equal', async () => {
    const sid = await openBox();
    await decide(sid, [letterCame('L1', 'the same'), letterCame('L2', 'the same')]);
    const texts = (await rowsOf(sid))
      .slice(1)
      .map(({ data }) => JSON.stringify((data as { text: unknown }).text));
    expect(new Set(texts).size).toBe(2);
  });

  it('are hashed as ciphertext, so the hash can be checked when they are gone', async () => {
    const sid = await openBox();
    await decide(sid, [{ type: 'BoxDeleted', data: {} }]);
    for (const row of await rowsOf(sid)) {
      const envelope = {
        accountSid: row.account_sid,
        actor: row.actor,
        causationId: row.causation_id,
        commandId: row.command_id,
        correlationId: row.correlation_id,
        eventId: row.event_id,
        occurredAt: isoTime(row.occurred_at),
        requestId: row.request_id,
        schemaVersion: row.schema_version,
        streamId: row.stream_id,
        traceParent: row.trace_parent,
        type: row.type,
        version: row.version,
      };
      expect(contentHash(envelope, canonicalJson(row.data))).toBe(row.content_hash.toString('hex'));
    }
  });

  it('open nowhere but where they were written', async () => {
    const sid = await openBox();
    await decide(sid, [letterCame('L1', 'one'), letterCame('L2', 'two')]);
    const [, one] = await rowsOf(sid);
    if (one === undefined) throw new Error('no event');
    const { text, ...rest } = one.data as { text: unknown; pages: unknown };
    const swapped = { ...one, data: { ...rest, pages: text } };
    await expect(openSealed(database.reads, [swapped], masterKey)).rejects.toThrow();
    const elsewhere = { ...one, account_sid: newSid('AC') };
    await expect(openSealed(database.reads, [elsewhere], masterKey)).rejects.toThrow();
    await expect(openSealed(database.reads, [one], createSecretKey(randomBytes(32)))).rejects.toThrow();
  });

  it('are opened for those who read the whole log, too', async () => {
    const owner = newCanary();
    const sid = await openBox(owner);
    const from = { partition: 0, after: 0, types: ['BoxOpened'], limit: 1000 };
    const sealed = await readLog(database.reads, from, {});
    const opened = await readLog(database.reads, from, {}, masterKey);
    const of = (page: typeof opened) => page.events.find(({ streamId }) => streamId === sid)?.event.data;
    expect(of(opened)).toMatchObject({ owner });
    expect(of(sealed)).toMatchObject({ owner: { subject: sid } });
  });
});

describe('a subject', () => {
  it('keeps its key over many commands', async () => {
    const sid = await openBox();
    await decide(sid, [letterCame('L1', 'Dear Alice')]);
    await decide(sid, [{ type: 'LetterAnswered', data: { letter: 'L1', text: 'Dear Bob' } }], ['L1']);
    expect(await subjectsOf(sid)).toEqual([sid, 'L1'].sort());
    expect((await dataOf(sid)).at(-1)).toEqual({ letter: 'L1', text: 'Dear Bob' });
  });

  it('is not given a second key by a command that did not ask for the first', async () => {
    const sid = await openBox();
    await decide(sid, [letterCame('L1', 'Dear Alice')]);
    const answered: BoxEvent = { type: 'LetterAnswered', data: { letter: 'L1', text: 'Dear Bob' } };
    await expect(decide(sid, [answered], [])).rejects.toThrow('was not loaded');
    expect(await dataOf(sid)).toHaveLength(2);
  });

  it('keeps its key when two processes write to it at once', async () => {
    const sid = await openBox();
    const other = await testStore(database, { masterKey, projectors: {} });
    await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        decide(
          sid,
          [
            letterCame(`L${i}`, `text ${i}`),
            { type: 'LetterAnswered', data: { letter: 'shared', text: 'x' } },
          ],
          [`L${i}`, 'shared'],
          i % 2 === 0 ? store : other,
        ),
      ),
    );
    const texts = (await dataOf(sid)).flatMap((data) =>
      'pages' in data && 'text' in data ? [data.text] : [],
    );
    expect(texts.sort()).toEqual(Array.from({ length: 12 }, (_, i) => `text ${i}`).sort());
  });

  it('is forgotten alone: its fields are erased, the others stay', async () => {
    const [forgotten, kept] = [newCanary(), newCanary()];
    const sid = await openBox();
    await decide(sid, [letterCame('L1', forgotten), letterCame('L2', kept)]);
    await decide(sid, [{ type: 'LetterForgotten', data: { letter: 'L1' } }]);
    expect(await subjectsOf(sid)).toEqual([sid, 'L2'].sort());
    expect(await dataOf(sid)).toMatchObject([
      { owner: 'Alice' },
      { letter: 'L1', text: ERASED, pages: ERASED },
      { letter: 'L2', text: kept },
      { letter: 'L1' },
    ]);
    expect(await tablesWith(forgotten)).toEqual([]);
  });

  it('leaves no key when it comes and is forgotten in one command', async () => {
    const sid = await openBox();
    await decide(sid, [letterCame('L1', 'Dear'), { type: 'LetterForgotten', data: { letter: 'L1' } }]);
    expect(await subjectsOf(sid)).toEqual([sid]);
    expect((await dataOf(sid))[1]).toMatchObject({ text: ERASED });
  });
});

describe('a deleted stream', () => {
  it('has no keys and leaves no trace of the person in any table', async () => {
    const [owner, text] = [newCanary(), newCanary()];
    const sid = await openBox(owner);
    await decide(sid, [letterCame('L1', text)]);
    await decide(sid, [{ type: 'BoxDeleted', data: {} }]);
    expect(await subjectsOf(sid)).toEqual([]);
    expect([...(await tablesWith(owner)), ...(await tablesWith(text))]).toEqual([]);
    expect(await dataOf(sid)).toEqual([
      { owner: ERASED, colour: 'red', note: null },
      { letter: 'L1', text: ERASED, pages: ERASED },
      {},
    ]);
  });
});

describe('folding', () => {
  it('opens the fields when the stored state cannot be used, and accepts what is erased', async () => {
    const sid = await openBox('Alice');
    await decide(sid, [letterCame('L1', 'gone soon'), letterCame('L2', 'kept')]);
    const stored = await store.load(boxStream, sid, context.accountSid);
    await database.admin.query('update maskline.stream set state_schema = 9 where stream_id = $1', [sid]);
    expect(await store.load(boxStream, sid, context.accountSid)).toMatchObject({ state: stored.state });
    await database.admin.query(`delete from maskline.event_key where stream_id = $1`, [sid]);
    expect(await store.load(boxStream, sid, context.accountSid)).toMatchObject({
      state: { status: 'live', owner: null, letters: ['L1', 'L2'], lastText: null },
    });
  });
});

describe('a stream without personal fields', () => {
  it('is given no key, and its loads ask for none', async () => {
    const statements: string[] = [];
    const plain: Stream<Box, BoxEvent> = { ...boxStream, category: 'plain-box' };
    const { personal: _, ...without } = plain;
    const watched = await testStore(database, {
      masterKey,
      projectors: {},
      loads: {
        query: (statement) => {
          statements.push(statement.name);
          return database.reads.query(statement);
        },
      },
    });
    const sid = newSid('KC');
    const opened: BoxEvent = { type: 'BoxOpened', data: { owner: 'Alice', colour: 'red', note: null } };
    await watched.create(without, sid, context, null, () => [opened]);
    await watched.change(without, sid, context, () => [{ type: 'BoxDeleted', data: {} }]);
    expect(statements).toEqual(['load', 'load']);
    expect(await subjectsOf(sid)).toEqual([]);
  });
});
