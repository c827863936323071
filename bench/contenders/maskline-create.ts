import { CreateService, CreateSession } from '#application';
import { contend } from '../contend.js';
import { openBenchStore } from '../open-bench-store.js';
import { sessionHandlers } from '../session-handlers.js';
import { nextContext, nextWish, serviceSettings } from '../session-wish.js';

/** The whole command: its service looked up and required, name claimed, state, hash, event and row. */
await contend(async (place) => {
  const { close, ...store } = await openBenchStore(place);
  const { services, create, stop } = sessionHandlers(store);
  const { sid } = await services.execute(new CreateService(serviceSettings, nextContext()));
  return {
    command: () => create.execute(new CreateSession(sid, nextWish(), [], nextContext())),
    close: async () => {
      await stop();
      await close();
    },
  };
});
