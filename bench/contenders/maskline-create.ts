import { CreateService, CreateServiceHandler, CreateSession, CreateSessionHandler } from '#application';
import { ServiceQueries, SessionQueries } from '#read-model';
import { contend } from '../contend.js';
import { openBenchStore } from '../open-bench-store.js';
import { nextContext, nextWish, serviceSettings } from '../session-wish.js';

/** The whole command: its service looked up and required, name claimed, state, hash, event and row. */
await contend(async (place) => {
  const { events, database, close } = await openBenchStore(place);
  const services = new CreateServiceHandler(events, new ServiceQueries(database, events.partitions));
  const sessions = new CreateSessionHandler(events, new SessionQueries(database, events.partitions));
  const { sid } = await services.execute(new CreateService(serviceSettings, nextContext()));
  return {
    command: () => sessions.execute(new CreateSession(sid, nextWish(), nextContext())),
    close,
  };
});
