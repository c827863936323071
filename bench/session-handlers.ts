import {
  CreateServiceHandler,
  CreateSessionHandler,
  ProxyNumbers,
  UpdateSessionHandler,
  type Store,
} from '#application';
import { openSimulator } from '#carrier';
import { NumberPool, ServiceQueries, SessionQueries } from '#read-model';

/** The use cases without Nest. No session here has participants, so no carrier is asked for numbers. */
export function sessionHandlers({ events, database, masterKey }: Store) {
  const { partitions } = events;
  const services = new ServiceQueries(database, partitions);
  const sessions = new SessionQueries(database, partitions);
  const { carrier } = openSimulator(database, masterKey);
  const numbers = new ProxyNumbers(new NumberPool(database, partitions), carrier);
  return {
    services: new CreateServiceHandler(events, services),
    create: new CreateSessionHandler(events, services, sessions, numbers),
    update: new UpdateSessionHandler(events, sessions),
    sessions,
    close: () => carrier.stop(),
  };
}
