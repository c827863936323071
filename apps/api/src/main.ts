import { CommandBus } from '@nestjs/cqrs';
import {
  checkMasterKey,
  Credentials,
  ensureAccount,
  observeLog,
  observeStore,
  openStore,
  StoreModule,
} from '#application';
import { CarrierModule, openCarrier } from '#carrier';
import { ensurePartitions } from '#event-store';
import {
  databaseChecks,
  loadServerConfig,
  openDatabase,
  openMetrics,
  requireMigrated,
  requirePooler,
  runMain,
  useProcessLog,
  type Shutdown,
} from '#platform';
import { ApiModule } from './api.module.js';
import { createHttpApp } from './http-app.js';
import { serveDocs } from './ops/serve-docs.js';
import { SimulatorModule } from './simulator/simulator.module.js';

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

  const carrier = await openCarrier(config, database, config.MASKLINE_MASTER_KEY);
  const parts = [
    StoreModule.of(store),
    CarrierModule.of(carrier),
    SimulatorModule.of(carrier),
    ApiModule.register({ metrics, checks: databaseChecks(database) }),
  ];
  const app = await createHttpApp(parts, config);
  serveDocs(app);
  shutdown.add('HTTP', () => app.close());
  await app.init();

  const { MASKLINE_ACCOUNT_SID: sid, MASKLINE_AUTH_TOKEN: authToken } = config;
  if (sid !== undefined && authToken !== undefined) {
    await ensureAccount(app.get(CommandBus), app.get(Credentials), { sid, authToken });
  }
  await app.listen(config.PORT, config.HOST);
}

await runMain(main);
