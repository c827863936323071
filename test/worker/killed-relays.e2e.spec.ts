import { describe, expect, it } from '@jest/globals';
import { sealWebhookSecret } from '#application';
import { addConsumer, readSubscriptions } from '#event-store';
import type { Database } from '#platform';
import { openQueues } from '#queues';
import {
  queueBackends,
  redisUrl,
  startService,
  testDatabase,
  testService,
  testWorld,
  waitFor,
  webhookReceiver,
} from '#testing';
import { newWebhookSecret } from '#wire';
import { entriesIn, journalName, startJournal } from './session-journal.js';

/** Two batches of every relay. */
const perRound = 1_000;
const mostRounds = 8;

describe.each(queueBackends())('a relay that is killed midway, with queues on %s', (backend) => {
  it('passes nothing by: every consumer gets each event, and effects take place once', async () => {
    const { url, database } = await testDatabase();
    const store = await testWorld(database);
    const REDIS_URL = backend === 'redis' ? await redisUrl() : undefined;
    const queues = openQueues({ DATABASE_URL: url, REDIS_URL }, 'test');
    await queues.migrate();
    await queues.close();
    const env = {
      DATABASE_URL: url,
      MASKLINE_MASTER_KEY: store.masterKey.export().toString('hex'),
      CALLBACK_REACH: 'loopback',
      ...(REDIS_URL !== undefined && { REDIS_URL }),
    };
    const service = await testService(store);
    const receiver = await webhookReceiver((response) => response.writeHead(204).end());
    const secret = sealWebhookSecret(store.masterKey, 'told', newWebhookSecret());
    const webhook = { url: receiver.url, secret, isOrdered: false, hasPersonal: false };
    const types = ['SessionCreated'];
    await addConsumer(database.admin, 'told', types, 'beginning', webhook);
    await addConsumer(database.admin, journalName, types, 'beginning');
    startJournal(env);

    // Until it was caught twice between two batches.
    const sids: string[] = [];
    let midway = 0;
    for (let round = 0; midway < 2 && round < mostRounds; round++) {
      for (let i = 0; i < perRound; i += 500) sids.push(...(await service.addSessions(500, {})));
      const before = await relayed(database);
      const worker = await startService('worker', { env });
      await waitFor(async () => (await relayed(database)) > before, { every: 1 });
      await worker.kill();
      if ((await relayed(database)) < 2 * sids.length) midway++;
    }
    await startService('worker', { env });

    expect(midway).toBeGreaterThan(0);
    const told = () =>
      new Set(receiver.calls.map(({ body }) => (JSON.parse(body) as { subject: string }).subject));
    await waitFor(async () => (await entriesIn(database)) >= sids.length, { within: 120_000, every: 200 });
    await waitFor(() => told().size >= sids.length, { within: 120_000, every: 500 });
    expect(told()).toEqual(new Set(sids));
    const { rows } = await database.reads.query(
      `select count(*)::int as entries, count(distinct session_sid)::int as sessions, max(times) as times,
         (select sum(sessions)::int from session_journal.tally) as counted
       from session_journal.entry`,
    );
    const n = sids.length;
    expect(rows).toEqual([{ entries: n, sessions: n, times: 1, counted: n }]);
  });
});

/** Events that went into queues, of all consumers together. */
async function relayed(database: Database): Promise<number> {
  const relays = (await readSubscriptions(database.reads)).filter(({ name }) => name.startsWith('relay:'));
  return relays.reduce((sum, { position }) => sum + position, 0);
}
