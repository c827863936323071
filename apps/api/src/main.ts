import { Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  checkMasterKey,
  Credentials,
  ensureAccount,
  observeAlerts,
  observeLog,
  observeStore,
  openStore,
  processModules,
} from '#application';
import { openCarrier } from '#carrier';
import { ensurePartitions } from '#event-store';
import {
  databaseChecks,
  loadServerConfig,
  openDatabase,
  openMetrics,
  OutboundHttp,
  requireMigrated,
  requirePooler,
  runMain,
  useProcessLog,
  version,
  type Shutdown,
} from '#platform';
import { EventQueues, openQueues } from '#queues';
import { ApiModule } from './api.module.js';
import { createHttpApp, ownUrl } from './http-app.js';
import { AdminModule } from './admin/admin.module.js';
import { serveAdminDocs } from './admin/serve-admin-docs.js';
import { serveDocs } from './ops/serve-docs.js';
import { openRateLimits } from './rate-limits/open-rate-limits.js';
import { SimulatorModule } from './simulator/simulator.module.js';

/** Twilio's own, unless the settings say otherwise. */
const LIMIT_PER_SECOND = 30;

/** The API alone, over a database that `maskline migrate` has prepared. Any number of these may run side by side. */
async function main(shutdown: Shutdown): Promise<void> {
  const config = loadServerConfig();
  useProcessLog(config);

  const database = openDatabase(config, 'api');
  shutdown.add('the database connections', () => database.close());
  await requireMigrated(database);
  await requirePooler(database);
  await ensurePartitions(database.admin, config.PARTITIONS);
  await checkMasterKey(database, config.MASKLINE_MASTER_KEY);

  const metrics = openMetrics();
  const store = await openStore(database, config.MASKLINE_MASTER_KEY, observeStore(metrics));
  shutdown.add('wake-ups', () => store.wake.stop());
  observeLog(metrics, database);

  const http = new OutboundHttp(config.CALLBACK_REACH ?? 'public');
  shutdown.add('the connections to callbacks', () => http.close());

  const limits = openRateLimits(config, config.RATE_LIMIT ?? LIMIT_PER_SECOND, database, metrics);
  if (limits !== null) shutdown.add('the rate limits', () => limits.close());

  const queues = openQueues(config, 'api');
  shutdown.add('the queue connections', () => queues.close());
  const eventQueues = new EventQueues(queues);
  shutdown.add('the queues of the consumers', () => eventQueues.stop());

  const carrier = await openCarrier(config, database, config.MASKLINE_MASTER_KEY);
  const parts = [
    ...processModules({
      config,
      store,
      carrier,
      http,
      publicUrl: () => config.PUBLIC_URL ?? ownUrl(app),
      onAlert: observeAlerts(metrics),
    }),
    SimulatorModule.of(carrier),
    AdminModule.of(eventQueues),
    ApiModule.register({ metrics, checks: databaseChecks(database) }),
  ];
  const app: NestFastifyApplication = await createHttpApp(parts, config, limits);
  serveDocs(app);
  serveAdminDocs(app);
  shutdown.add('HTTP', () => app.close());
  await app.init();

  const { MASKLINE_ACCOUNT_SID: sid, MASKLINE_AUTH_TOKEN: authToken } = config;
  if (sid !== undefined && authToken !== undefined) {
    await ensureAccount(app.get(CommandBus), app.get(Credentials), { sid, authToken });
  }
  await app.listen(config.PORT, config.HOST);
  new Logger('Api').log(
    `Maskline ${version} answers at ${ownUrl(app)}; carrier ${config.CARRIER}, queues in ${queues.name}`,
  );
}

await runMain(main);
