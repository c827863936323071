import { AddParticipant, CreateService, CreateSession } from '#application';
import type { BenchRun } from '../bench-run.js';
import { openBenchStore } from '../open-bench-store.js';
import { sessionHandlers } from '../session-handlers.js';
import { accountSid, nextContext, nextWish, serviceSettings } from '../session-wish.js';
import { fillParticipants } from './fill-participants.js';
import type { Side } from './side.js';

/** The use cases themselves, without HTTP around them. */
export async function openCommandSide(run: BenchRun): Promise<Side> {
  const url = await run.server.createDatabase('participants');
  const store = await openBenchStore({ DATABASE_URL: url });
  run.shutdown.add('the store', () => store.close());
  const { services, create, add, stop } = sessionHandlers(store);
  const { sid: serviceSid } = await services.execute(
    new CreateService({ ...serviceSettings, uniqueName: 'participants' }, nextContext()),
  );
  await fillParticipants(url, { accountSid, serviceSid, participants: run.sessions });
  return {
    async create() {
      return (await create.execute(new CreateSession(serviceSid, nextWish(), [], nextContext()))).sid;
    },
    async add(sessionSid, identifier) {
      const whom = { identifier, isoCountry: 'US', areaCode: '650' };
      const wish = {
        whom,
        friendlyName: null,
        proxyIdentifier: null,
        proxyIdentifierSid: null,
        isUnused: false,
      };
      await add.execute(new AddParticipant(serviceSid, sessionSid, wish, nextContext()));
    },
    async stop() {
      await stop();
      await store.close();
      await run.server.dropDatabase('participants');
    },
  };
}
