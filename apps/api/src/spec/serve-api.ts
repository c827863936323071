import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Registry } from 'prom-client';
import {
  CreateAccount,
  CreateApiKey,
  newSecret,
  openStore,
  RevokeApiKey,
  type ProcessParts,
} from '#application';
import { openSimulator } from '#carrier';
import type { ApiKeyRole } from '#domain';
import { ensurePartitions, type EventContext } from '#event-store';
import {
  newSid,
  OutboundHttp,
  type CallbackReach,
  type Config,
  type Database,
  type ReadinessCheck,
} from '#platform';
import { EventQueues, openQueues, type QueueBackend } from '#queues';
import { testModules } from '#testing';
import { AdminModule } from '../admin/admin.module.js';
import { ApiModule } from '../api.module.js';
import { createHttpApp, ownUrl } from '../http-app.js';
import type { RateLimits } from '../rate-limits/rate-limits.js';
import { SimulatorModule } from '../simulator/simulator.module.js';

interface Settings {
  readonly publicUrl?: string;
  readonly trustProxy?: Config['TRUST_PROXY'];
  /** Many specs fail to log in on purpose, so without a limit unless they say so. */
  readonly failedLogins?: number;
  readonly exposure?: { readonly metrics: Config['METRICS']; readonly docs: Config['DOCS'] };
  /** Is told each route when Nest makes it, also those outside the API. */
  readonly onRoute?: (method: string, template: string) => void;
  readonly checks?: readonly ReadinessCheck[];
  readonly callbackReach?: CallbackReach;
  readonly masking?: Partial<ProcessParts['config']>;
  readonly onAlert?: ProcessParts['onAlert'];
  /** Without the phones the API is as it is over another carrier. */
  readonly isSimulated?: boolean;
  readonly limits?: RateLimits;
  /** Where consumers have their jobs; absent unless a spec is about them. */
  readonly queues?: QueueBackend;
  /** The account of the installation. */
  readonly ofInstallation?: string;
  /** Another process over the same database has the same key. */
  readonly masterKey?: KeyObject;
}

/** A database that is not there. */
const NOWHERE = 'postgres://127.0.0.1:1/none';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** For specs: the whole HTTP side in this process, listening on a free port over a database of the spec's own. */
export async function serveApi(
  database: Database,
  {
    publicUrl,
    trustProxy = false,
    failedLogins = 0,
    exposure = { metrics: 'open', docs: 'open' },
    onRoute = () => undefined,
    checks = [],
    callbackReach = 'loopback',
    masking = {},
    onAlert = () => undefined,
    isSimulated = true,
    limits,
    queues = openQueues({ REDIS_URL: undefined, DATABASE_URL: NOWHERE }, 'spec'),
    ofInstallation,
    masterKey = createSecretKey(randomBytes(32)),
  }: Settings = {},
) {
  Logger.overrideLogger(false);
  await ensurePartitions(database.admin, 1);
  const observer = { flushed: () => undefined, conflicted: () => undefined };
  const store = await openStore(database, masterKey, observer);
  const simulator = openSimulator(database, masterKey);
  const eventQueues = new EventQueues(queues);
  const app: NestFastifyApplication = await createHttpApp(
    [
      ...testModules(store, {
        carrier: simulator,
        http: new OutboundHttp(callbackReach),
        config: masking,
        publicUrl: () => publicUrl ?? ownUrl(app),
        onAlert,
      }),
      AdminModule.of(eventQueues),
      SimulatorModule.of({ phones: isSimulated ? simulator.phones : null }),
      ApiModule.register({ metrics: new Registry(), checks }),
    ],
    {
      PUBLIC_URL: publicUrl,
      TRUST_PROXY: trustProxy,
      FAILED_LOGINS: failedLogins,
      METRICS: exposure.metrics,
      DOCS: exposure.docs,
      MASKLINE_ACCOUNT_SID: ofInstallation,
    },
    limits,
  );
  const server = app.getHttpAdapter().getInstance();
  // It listens from the first caller on who waits for events.
  server.addHook('onClose', () => store.wake.stop());
  server.addHook('onClose', () => eventQueues.stop());
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) onRoute(one, url);
  });
  await app.listen(0, '127.0.0.1');
  const commands = app.get(CommandBus);

  return {
    app,
    url: await app.getUrl(),
    carrier: simulator.carrier,

    async account(username = newSid('AC')): Promise<Login> {
      const login = { username, password: newSecret() };
      await commands.execute(new CreateAccount('', login.password, contextOf(login.username)));
      return login;
    },

    async apiKey(accountSid: string, role: ApiKeyRole = 'operator'): Promise<Login> {
      const context = contextOf(accountSid);
      const { sid, secret } = await commands.execute(new CreateApiKey('', role, context));
      return { username: sid, password: secret };
    },

    async revoke(key: Login, accountSid: string): Promise<void> {
      await commands.execute(new RevokeApiKey(key.username, contextOf(accountSid)));
    },
  };
}

function contextOf(accountSid: string): EventContext {
  return {
    accountSid,
    actor: 'system:spec',
    requestId: null,
    correlationId: 'spec',
    causationId: null,
    traceParent: null,
    idempotency: null,
  };
}
