import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { ERASED, type Stream } from '#domain';
import type { Database } from '#platform';
import { postgresVersions, testDatabase, testStore } from '#testing';
import type { Decoding } from '../decoding.js';
import type { EventStore } from '../event-store.js';
import { specContext } from '../spec/plain-command.js';
import { foldStreams, type FoldedStreams } from './fold-streams.js';

// A stream of this spec's own: a note, and what was written on it.

type NoteEvent =
  { type: 'Written'; data: { text: string } } | { type: 'NoteDeleted'; data: Record<string, never> };
type Note = { status: 'absent' | 'live' | 'deleted' };

const noteStream: Stream<Note, NoteEvent> = {
  category: 'note',
  prefix: 'KC',
  stateSchema: 1,
  initial: { status: 'absent' },
  deleted: { status: 'deleted' },
  evolve: (_, { type }) => ({ status: type === 'Written' ? 'live' : 'deleted' }),
  personal: { Written: { fields: ['text'] } },
};

describe.each(postgresVersions())('foldStreams on PostgreSQL %s', (postgres) => {
  const masterKey = createSecretKey(randomBytes(32));
  const decoding: Decoding = { upcasters: {}, masterKey };
  let database: Database;
  let store: EventStore;

  beforeAll(async () => {
    ({ database } = await testDatabase({ postgres }));
    store = await testStore(database, { masterKey });
    for (const id of ['AA9', 'BX1', 'BX2', 'BX3', 'BY0']) {
      for (const text of ['a', 'tab\t\\ "quoted"\nö']) await write(id, { type: 'Written', data: { text } });
    }
  });

  async function write(id: string, event: NoteEvent): Promise<void> {
    await store.change(noteStream, id, specContext(), () => [event], { subjects: [id] });
  }

  /** The first three things on each note, in order. */
  async function fold(
    range: { after?: string; upTo?: number },
    { masterKey: key }: Pick<Decoding, 'masterKey'> = decoding,
  ): Promise<FoldedStreams<unknown[]>> {
    const client = await database.admin.connect();
    try {
      const place = { partition: 0, prefix: 'BX', after: null, upTo: null, ...range };
      return await foldStreams(
        client,
        place,
        [],
        (texts: unknown[], { event }) =>
          texts.length < 3 ? [...texts, 'text' in event.data ? event.data.text : event.type] : texts,
        { upcasters: {}, masterKey: key },
      );
    } finally {
      client.release();
    }
  }

  const idsOf = ({ folds }: FoldedStreams<unknown>) => folds.map(({ streamId }) => streamId);

  it('folds the streams of one kind in the order of their ids, and opens what is personal', async () => {
    const folded = await fold({});
    const state = ['a', 'tab\t\\ "quoted"\nö'];
    expect(folded).toEqual({
      folds: ['BX1', 'BX2', 'BX3'].map((streamId) => ({ streamId, version: 2, events: 2, state })),
      events: 6,
      next: null,
    });
  });

  it('begins after a stream, and ends at a position', async () => {
    expect(idsOf(await fold({ after: 'BX1' }))).toEqual(['BX2', 'BX3']);
    // The first two events are of another kind.
    const { folds } = await fold({ upTo: 5 });
    expect(folds.map(({ streamId, version }) => [streamId, version])).toEqual([
      ['BX1', 2],
      ['BX2', 1],
    ]);
  });

  it('leaves personal fields closed for those who have no key', async () => {
    const { folds } = await fold({ upTo: 3 }, { masterKey: null });
    expect(folds).toMatchObject([{ state: [{ sealed: expect.any(String), subject: expect.any(String) }] }]);
  });

  it('shows that a personal field was erased', async () => {
    await write('BX3', { type: 'NoteDeleted', data: {} });
    const { folds } = await fold({ after: 'BX2' });
    expect(folds).toMatchObject([{ state: [ERASED, ERASED, 'NoteDeleted'] }]);
  });

  it('takes a stream as a whole, however long, and says where to go on', async () => {
    await database.admin.query(
      `insert into maskline.event (partition, position, stream_id, version, type, schema_version, event_id, account_sid, command_id,
         correlation_id, actor, occurred_at, recorded_at, data, content_hash)
       select 0, 1000 + n, case when n <= 25000 then 'BX4' else 'BX5' end, n, 'Written', 1, gen_random_uuid(), 'AC', 'c', 'c', 'c',
         now(), now(), '{"text": "x"}', '' from generate_series(1, 25001) n`,
    );
    const long = await fold({ after: 'BX3' });
    expect(long.folds.map(({ streamId, events }) => [streamId, events])).toEqual([
      ['BX4', 25_000],
      ['BX5', 1],
    ]);
    const page = await fold({});
    expect({ ids: idsOf(page), next: page.next }).toEqual({ ids: ['BX1', 'BX2', 'BX3'], next: 'BX3' });
  });
});
