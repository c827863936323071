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
  ensureMasterKey,
  loadConfig,
  migrate,
  openDatabase,
  openMetrics,
  OutboundHttp,
  requirePooler,
  runMain,
  startEmbeddedPostgres,
  useProcessLog,
  type Shutdown,
} from '#platform';
import { ConsumerBacklogs, EventQueues, openQueues } from '#queues';
import { ApiModule } from '../../api/src/api.module.js';
import { createHttpApp, ownUrl } from '../../api/src/http-app.js';
import { AdminModule } from '../../api/src/admin/admin.module.js';
import { serveAdminDocs } from '../../api/src/admin/serve-admin-docs.js';
import { serveDocs } from '../../api/src/ops/serve-docs.js';
import { openRateLimits } from '../../api/src/rate-limits/open-rate-limits.js';
import { SimulatorModule } from '../../api/src/simulator/simulator.module.js';
import { observeConsumers, observeDeadLetters } from '../../worker/src/consumer-metrics.js';
import { workerChecks } from '../../worker/src/worker-checks.js';
import { WorkerModule } from '../../worker/src/worker.module.js';
import { banner } from './banner.js';
import { localAccount, renewAccount } from './local-account.js';

/** Everything in one process, with nothing to install: what `npm start` runs. */
async function main(shutdown: Shutdown): Promise<void> {
  const config = loadConfig();
  useProcessLog(config);

  const url = config.DATABASE_URL ?? (await startDatabase(config.MASKLINE_DATA_DIR, shutdown));
  const database = openDatabase({ ...config, DATABASE_URL: url }, 'standalone');
  shutdown.add('the database connections', () => database.close());
  await migrate(database.admin);
  await requirePooler(database);
  await ensurePartitions(database.admin, config.PARTITIONS);

  const queues = openQueues({ REDIS_URL: config.REDIS_URL, DATABASE_URL: url }, 'standalone');
  shutdown.add('the queue connections', () => queues.close());
  await queues.migrate();

  const metrics = openMetrics();
  const masterKey = config.MASKLINE_MASTER_KEY ?? ensureMasterKey(config.MASKLINE_DATA_DIR);
  await checkMasterKey(database, masterKey);
  const store = await openStore(database, masterKey, observeStore(metrics));
  store.wake.start();
  shutdown.add('wake-ups', () => store.wake.stop());
  observeLog(metrics, database);

  const eventQueues = new EventQueues(queues);
  shutdown.add('the queues of the consumers', () => eventQueues.stop());
  const backlogs = new ConsumerBacklogs(database.reads, eventQueues);
  observeConsumers(metrics, backlogs);
  observeDeadLetters(metrics, database.reads);

  // Whoever tries it out has their callbacks on this machine.
  const http = new OutboundHttp(config.CALLBACK_REACH ?? 'loopback');
  shutdown.add('the connections to callbacks', () => http.close());

  const limits = openRateLimits(config, config.RATE_LIMIT ?? 0, database, metrics);
  if (limits !== null) shutdown.add('the rate limits', () => limits.close());

  let account = localAccount(config);
  const carrier = await openCarrier(config, database, masterKey);
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
    ApiModule.register({
      metrics,
      checks: [...databaseChecks(database), ...workerChecks(database, queues, backlogs)],
    }),
    WorkerModule.register({ queues, metrics, config }),
  ];
  const app: NestFastifyApplication = await createHttpApp(
    parts,
    { ...config, MASKLINE_ACCOUNT_SID: account.sid },
    limits,
  );
  serveDocs(app);
  serveAdminDocs(app);
  shutdown.add('HTTP and the worker', () => app.close());
  await app.init();

  const credentials = app.get(Credentials);
  if (!(await ensureAccount(app.get(CommandBus), credentials, account))) {
    account = await renewAccount(account, config, credentials);
  }
  await app.listen(config.PORT, config.HOST);
  console.log(banner({ url: config.PUBLIC_URL ?? ownUrl(app), account, config }));
}

/** Answers the URL of the database that lives in the data directory and ends with this process. */
async function startDatabase(dataDir: string, shutdown: Shutdown): Promise<string> {
  const postgres = await startEmbeddedPostgres(dataDir);
  shutdown.add('PostgreSQL', () => postgres.stop());
  void postgres.ended.then(async () => {
    if (shutdown.hasBegun) return;
    console.error(`maskline: PostgreSQL ended by itself; its log is in ${postgres.cluster}/log`);
    await shutdown.stop();
    process.exit(1);
  });
  return postgres.url;
}

await runMain(main);
