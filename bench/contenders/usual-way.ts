import { CommandBus } from '@nestjs/cqrs';
import pg from 'pg';
import { Credentials, ensureAccount, observeStore, openStore, processModules } from '#application';
import { openSimulator } from '#carrier';
import { loadServerConfig, openDatabase, openMetrics, OutboundHttp, runMain, useProcessLog } from '#platform';
import { inlineProjectors } from '#read-model';
import { ApiModule } from '../../apps/api/src/api.module.js';
import { createHttpApp } from '../../apps/api/src/http-app.js';
import { UsualStore } from '../rest/usual-store.js';

/** The best of 8, 16 and 32. */
const CONNECTIONS = 16;

/** The api as it is, from HTTP to the handlers, over a store that writes each command in a transaction of its own. */
await runMain(async (shutdown) => {
  const config = loadServerConfig();
  useProcessLog(config);
  const database = openDatabase(config, 'usual way');
  shutdown.add('the database connections', () => database.close());
  const pool = new pg.Pool({ connectionString: config.DATABASE_URL, max: CONNECTIONS });
  shutdown.add('the connections of the usual way', () => pool.end());

  const metrics = openMetrics();
  const store = await openStore(database, config.MASKLINE_MASTER_KEY, observeStore(metrics));
  const events = new UsualStore(pool, {
    appends: (partition) => database.pipeline(partition),
    loads: database.reads,
    partitions: 1,
    projectors: inlineProjectors,
    upcasters: {},
    masterKey: config.MASKLINE_MASTER_KEY,
    batching: { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 10_000 },
  });
  const http = new OutboundHttp('public');
  shutdown.add('the connections to callbacks', () => http.close());
  const app = await createHttpApp(
    [
      ...processModules({
        config,
        store: { ...store, events },
        carrier: openSimulator(database, config.MASKLINE_MASTER_KEY),
        http,
        publicUrl: () => '',
        onAlert: () => undefined,
      }),
      ApiModule.register({ metrics, checks: [] }),
    ],
    config,
  );
  shutdown.add('HTTP', () => app.close());
  await app.init();
  const { MASKLINE_ACCOUNT_SID: sid = '', MASKLINE_AUTH_TOKEN: authToken = '' } = config;
  await ensureAccount(app.get(CommandBus), app.get(Credentials), { sid, authToken });
  await app.listen(config.PORT, config.HOST);
});
