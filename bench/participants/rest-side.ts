import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Pool } from 'undici';
import { newSid, packageRoot } from '#platform';
import type { BenchRun } from '../bench-run.js';
import { startServer } from '../start-server.js';
import { fillParticipants } from './fill-participants.js';
import type { Side } from './side.js';

/** What callers see: an api of its own process, over HTTP, with the client's share of the work. */
export async function openRestSide(run: BenchRun, connections: number): Promise<Side> {
  const databaseUrl = await run.server.createDatabase('participants_rest');
  const account = { sid: newSid('AC'), token: randomBytes(16).toString('hex') };
  const server = await startServer(
    run,
    'participants',
    join(packageRoot, 'dist', 'apps', 'api', 'src', 'main.js'),
    {
      DATABASE_URL: databaseUrl,
      MASKLINE_ACCOUNT_SID: account.sid,
      MASKLINE_AUTH_TOKEN: account.token,
      MASKLINE_MASTER_KEY: randomBytes(32).toString('hex'),
      // The people are numbered through.
      IDENTIFIER_CHECK: 'possible',
    },
  );
  const pool = new Pool(server.url, { connections });
  const headers = {
    authorization: `Basic ${btoa(`${account.sid}:${account.token}`)}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  /** Answers the SID of what it made. */
  const post = async (path: string, form: Readonly<Record<string, string>>): Promise<string> => {
    const request = { path, method: 'POST', headers, body: new URLSearchParams(form).toString() } as const;
    const { statusCode, body } = await pool.request(request);
    const { sid } = (await body.json()) as { sid?: string };
    if (sid === undefined) throw new Error(`${path} was answered ${statusCode}: ${server.lastError()}`);
    return sid;
  };
  const serviceSid = await post('/v1/Services', { UniqueName: 'participants' });
  await fillParticipants(databaseUrl, { accountSid: account.sid, serviceSid, participants: run.sessions });
  const sessions = `/v1/Services/${serviceSid}/Sessions`;
  let created = 0;
  return {
    create: () => post(sessions, { UniqueName: `order-${++created}`, Ttl: '3600' }),
    async add(sessionSid, identifier) {
      await post(`${sessions}/${sessionSid}/Participants`, { Identifier: identifier });
    },
    async stop() {
      await pool.close();
      await server.stop();
      await run.server.dropDatabase('participants_rest');
    },
  };
}
