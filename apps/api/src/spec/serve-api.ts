import { createSecretKey, randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { hashSecret, openStore, sealAuthToken, StoreModule } from '#application';
import { ensurePartitions } from '#event-store';
import { newSid, type Database } from '#platform';
import { ApiModule } from '../api.module.js';
import { createHttpApp } from '../http-app.js';
import type { ReadinessCheck } from '../ops/readiness.js';

/** For specs: the whole HTTP side in this process, listening on a free port over a database of the spec's own. */
export async function serveApi(
  database: Database,
  { publicUrl, checks = [] }: { publicUrl?: string; checks?: ReadinessCheck[] } = {},
) {
  const masterKey = createSecretKey(randomBytes(32));
  await ensurePartitions(database.admin, 1);
  const store = await openStore(database, { flushed: () => undefined, conflicted: () => undefined });
  const app = await createHttpApp(
    [StoreModule.of(database, store), ApiModule.register({ masterKey, metrics: new Registry(), checks })],
    { PUBLIC_URL: publicUrl, TRUST_PROXY: false },
  );
  app.useLogger(false);
  await app.listen(0, '127.0.0.1');

  const keep = (accountSid: string, sid: string, slot: string, value: Buffer) =>
    database.admin.query('insert into maskline.secret values (0, $1, $2, $3, $4)', [
      accountSid,
      sid,
      slot,
      value,
    ]);

  return {
    url: await app.getUrl(),
    app,
    /** An account as the HTTP side sees it: only its credentials. */
    async account(): Promise<Login> {
      const login = { username: newSid('AC'), password: randomBytes(16).toString('hex') };
      const sealed = sealAuthToken(masterKey, login.username, login.password);
      await keep(login.username, login.username, 'auth-token', sealed);
      return login;
    },
    async apiKey(accountSid: string): Promise<Login> {
      const login = { username: newSid('SK'), password: randomBytes(16).toString('hex') };
      await keep(accountSid, login.username, 'key-hash', hashSecret(login.password));
      await database.admin.query('insert into maskline.api_key values ($1, 0, $2)', [
        login.username,
        accountSid,
      ]);
      return login;
    },
  };
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

export function authorization({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
