import { Agent, request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { cleanUp, waitFor } from '#testing';
import { startApi } from './start-api.js';

describe('a stop', () => {
  it('answers what is in flight, closes its connections, and leaves with success', async () => {
    const api = await startApi();
    const { body } = await api.ask('POST', '/v1/Services', { body: { UniqueName: 'shutdown' } });
    const sessions = `/v1/Services/${String(body?.['sid'])}/Sessions`;

    // As long as somebody else holds the head of the log, a session cannot be created.
    const blocker = await api.database.admin.connect();
    cleanUp(() => {
      blocker.release();
    });
    await blocker.query('begin; select from maskline.partition_head for update');
    const agent = new Agent({ keepAlive: true });
    cleanUp(() => {
      agent.destroy();
    });
    const inFlight = new Promise<{ status: number; connection: string | undefined; body: string }>(
      (resolve, reject) => {
        const { username, password } = api.login;
        send(
          `${api.url}${sessions}`,
          { method: 'POST', agent, auth: `${username}:${password}` },
          (answer) => {
            const { statusCode = 0, headers } = answer;
            text(answer).then((body) => {
              resolve({ status: statusCode, connection: headers.connection, body });
            }, reject);
          },
        )
          .on('error', reject)
          .end();
      },
    );
    await waitFor(async () => {
      const { rows } = await api.database.admin.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'maskline api%'`,
      );
      return rows.length > 0;
    });

    const stopped = api.service.stop();
    const refusesNewcomers = () =>
      fetch(`${api.url}/healthz`).then(
        () => false,
        () => true,
      );
    expect(await waitFor(refusesNewcomers)).toBe(true);
    await blocker.query('commit');

    const answer = await inFlight;
    expect([answer.status, answer.connection]).toEqual([201, 'close']);
    expect(await stopped).toBe(0);
    // What was acknowledged is there.
    const { rows } = await api.database.admin.query('select sid from maskline.session');
    expect(JSON.parse(answer.body)).toMatchObject({ sid: (rows as { sid: string }[])[0]?.sid });
  });
});
