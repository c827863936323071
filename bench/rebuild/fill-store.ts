import type { KeyObject } from 'node:crypto';
import { CreateService, CreateSession, UpdateSession } from '#application';
import { writeTo } from '../bench-server.js';
import { openBenchStore } from '../open-bench-store.js';
import { sessionHandlers } from '../session-handlers.js';
import { nextContext, nextWish, serviceSettings } from '../session-wish.js';
import type { SessionLog } from './rebuilder.js';
import { writeLives } from './session-lives.js';

/** Fills a database by our own commands, and leaves it to whoever comes next: nobody is connected afterwards. */
export async function fillStore(url: string, masterKey: KeyObject, sessions: number): Promise<SessionLog> {
  const store = await openBenchStore({ DATABASE_URL: url }, masterKey);
  const { services, create, update, stop } = sessionHandlers(store);
  const service = await services.execute(new CreateService(serviceSettings, nextContext()));
  const events = await writeLives(
    {
      writers: 64,
      create: async () => {
        const { sid } = await create.execute(new CreateSession(service.sid, nextWish(), [], nextContext()));
        return sid;
      },
      shortenTtl: (sid) => update.execute(new UpdateSession(service.sid, sid, { ttl: 1800 }, nextContext())),
      close: (sid) =>
        update.execute(new UpdateSession(service.sid, sid, { status: 'closed' }, nextContext())),
    },
    sessions,
  );
  await stop();
  await store.close();
  await writeTo(url, 'vacuum (analyze)');
  return { sessions, events };
}
