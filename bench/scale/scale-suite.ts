import { CreateService, CreateSession } from '#application';
import type { BenchRun } from '../bench-run.js';
import { openBenchStore } from '../open-bench-store.js';
import { sessionHandlers } from '../session-handlers.js';
import { nextContext, nextWish, serviceSettings } from '../session-wish.js';
import { measureListPages } from './list-pages.js';
import { measureRebuild } from './rebuild.js';
import { measureSearch } from './session-search.js';
import type { Filled, Scale } from './scale.js';
import { measureSizes } from './sizes.js';
import { measureStreamLength } from './stream-length.js';

const WRITERS = 128;
/** What a list of many is held against. */
const FEW = 1_000;

/** What grows with the number of sessions and the length of a stream, and what does not. */
export async function runScaleSuite(run: BenchRun): Promise<void> {
  const url = await run.server.createDatabase('scale');
  const store = await openBenchStore({ DATABASE_URL: url });
  run.shutdown.add('the store', () => store.close());
  const { services, create, update, sessions, stop } = sessionHandlers(store);
  run.shutdown.add('the carrier', stop);

  const fill = async (uniqueName: string, count: number): Promise<Filled> => {
    const { sid } = await services.execute(
      new CreateService({ ...serviceSettings, uniqueName }, nextContext()),
    );
    let left = count;
    const write = async () => {
      while (left-- > 0) await create.execute(new CreateSession(sid, nextWish(), [], nextContext()));
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    return { serviceSid: sid, sessions: count };
  };

  const few = await fill('few', FEW);
  const started = performance.now();
  const many = await fill('many', run.sessions);
  const seconds = (performance.now() - started) / 1000;
  console.log(`## ${run.sessions.toLocaleString('en')} sessions\n`);
  console.log(
    `Created through the store by ${WRITERS} writers in ${seconds.toFixed(0)} s: ${(run.sessions / seconds).toFixed(0)} a second.\n`,
  );
  const scale: Scale = { url, sessions, create, update, few, many };
  await measureSizes(scale);
  await measureListPages(run, scale);
  await measureStreamLength(run, scale);
  await measureRebuild(run, scale);
  await measureSearch(run, store, scale);
  await stop();
  await store.close();
  await run.server.dropDatabase('scale');
}
