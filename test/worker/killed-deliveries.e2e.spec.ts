import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '#platform';
import { openQueues } from '#queues';
import { cleanUp, moveClock, startService, testDatabase, waitFor, webhookReceiver } from '#testing';
import { maskedSession } from '../masked-session.js';

describe('a worker that is killed while it calls a CallbackUrl', () => {
  it('leaves the delivery to another, which makes it with the same token; the attempt stays on record', async () => {
    let isDeaf = true;
    const receiver = await webhookReceiver((response) => {
      if (!isDeaf) response.writeHead(200).end();
    });
    const { url } = await testDatabase();
    const database = openDatabase({ DATABASE_URL: url }, 'spec');
    cleanUp(() => database.close());
    const queues = openQueues({ DATABASE_URL: url }, 'spec');
    cleanUp(() => queues.close());
    await queues.migrate();
    const env = { DATABASE_URL: url, CALLBACK_REACH: 'loopback' };
    const api = await startService('api', { env });
    const settings = { like: api, env: { ...env, PUBLIC_URL: api.url } };
    const worker = await startService('worker', settings);
    const { text } = await maskedSession(api, receiver.url);
    await text('hello');
    await waitFor(() => receiver.calls.length > 0);
    await worker.kill();
    isDeaf = false;
    const heard = new Set(receiver.calls.map(({ headers }) => headers['i-twilio-idempotency-token']));
    await moveClock(database, '2 minutes');
    await startService('worker', settings);

    await waitFor(async () => {
      const { rows } = await database.admin.query<{ status: string }>('select status from maskline.delivery');
      return rows.length >= heard.size && rows.every(({ status }) => status === 'delivered');
    });
    for (const token of heard) {
      const again = receiver.calls.filter(({ headers }) => headers['i-twilio-idempotency-token'] === token);
      expect(again).toHaveLength(2);
      const { rows } = await database.admin.query<{ number: number; status: number | null }>(
        `select a.number, a.status from maskline.delivery_attempt a join maskline.delivery d on d.sid = a.delivery_sid
         where d.event_id = $1 order by a.number`,
        [token],
      );
      expect(rows).toEqual([
        { number: 1, status: null },
        { number: 2, status: 200 },
      ]);
    }
  });
});
