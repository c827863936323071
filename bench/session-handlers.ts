import {
  AddParticipantHandler,
  CreateServiceHandler,
  CreateSessionHandler,
  MaskingRules,
  ProxyNumbers,
  UpdateSessionHandler,
  type Store,
} from '#application';
import { openSimulator } from '#carrier';
import { NumberPool, ParticipantQueries, ServiceQueries, SessionQueries } from '#read-model';

/** The use cases without Nest. Nobody here names a number, so no carrier is asked for any. */
export function sessionHandlers({ events, database, masterKey }: Store) {
  const { partitions } = events;
  const services = new ServiceQueries(database, partitions);
  const sessions = new SessionQueries(database, partitions);
  const { carrier } = openSimulator(database, masterKey);
  const pool = new NumberPool(database, partitions);
  const numbers = new ProxyNumbers(pool, services, carrier);
  const rules = new MaskingRules('valid', true, { unreserved: 500, reserved: 5000 }, 0);
  return {
    services: new CreateServiceHandler(events, services),
    create: new CreateSessionHandler(events, services, sessions, numbers, rules),
    add: new AddParticipantHandler(events, services, new ParticipantQueries(database, partitions), numbers),
    update: new UpdateSessionHandler(events, sessions, pool, rules),
    sessions,
    stop: () => carrier.stop(),
  };
}
