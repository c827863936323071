import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  checkMasterKey,
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
import { ConsumerBacklogs, EventQueues, openQueues } from '#queues';
import { observeConsumers, observeDeadLetters } from './consumer-metrics.js';
import { serveOps } from './ops-server.js';
import { workerChecks } from './worker-checks.js';
import { WorkerModule } from './worker.module.js';

/** Where an api listens that nobody has told to listen elsewhere: the carrier of a trial on one machine finds it there. */
const DEFAULT_API = 'http://127.0.0.1:3000';

@Module({})
class Process {}

/** The worker alone, over a database that `maskline migrate` has prepared. Any number of these may run side by side. */
async function main(shutdown: Shutdown): Promise<void> {
  const config = loadServerConfig();
  useProcessLog(config);

  const database = openDatabase(config, 'worker');
  shutdown.add('the database connections', () => database.close());
  await requireMigrated(database);
  await requirePooler(database);
  await ensurePartitions(database.admin, config.PARTITIONS);
  await checkMasterKey(database, config.MASKLINE_MASTER_KEY);

  const queues = openQueues(config, 'worker');
  shutdown.add('the queue connections', () => queues.close());

  const metrics = openMetrics();
  const store = await openStore(database, config.MASKLINE_MASTER_KEY, observeStore(metrics));
  store.wake.start();
  shutdown.add('wake-ups', () => store.wake.stop());
  observeLog(metrics, database);

  const eventQueues = new EventQueues(queues);
  shutdown.add('the queues of the consumers', () => eventQueues.stop());
  const backlogs = new ConsumerBacklogs(database.reads, eventQueues);
  observeConsumers(metrics, backlogs);
  observeDeadLetters(metrics, database.reads);

  const http = new OutboundHttp(config.CALLBACK_REACH ?? 'public');
  shutdown.add('the connections to callbacks', () => http.close());

  const carrier = await openCarrier(config, database, config.MASKLINE_MASTER_KEY);
  const parts = [
    ...processModules({
      config,
      store,
      carrier,
      http,
      publicUrl: () => config.PUBLIC_URL ?? DEFAULT_API,
      onAlert: observeAlerts(metrics),
    }),
    WorkerModule.register({ queues, metrics, config }),
  ];
  const root = { module: Process, imports: parts };
  const starting = NestFactory.createApplicationContext(root, { abortOnError: false });
  // Before it is there: a signal may come while it starts, and what has started by then must end before what it stands on.
  const stop = () =>
    starting.then(
      (app) => app.close(),
      // What did not start has nothing to stop; why it did not is told by whoever started it.
      () => undefined,
    );
  shutdown.add('the worker', stop);
  await starting;

  const checks = [...databaseChecks(database), ...workerChecks(database, queues, backlogs)];
  const ops = await serveOps({ port: config.PORT, host: config.HOST }, metrics, checks);
  shutdown.add('health and metrics', () => ops.close());
  new Logger('Worker').log(
    `Maskline ${version} works; health and metrics on port ${config.PORT}; carrier ${config.CARRIER}, queues in ${queues.name}`,
  );
}

await runMain(main);
