import { CreateSession, UpdateSession } from '#application';
import type { BenchRun } from '../bench-run.js';
import { interleave, type Contender } from '../interleave.js';
import { nextContext, nextWish } from '../session-wish.js';
import { spread } from '../spread.js';
import { printTable } from '../table.js';
import type { Scale } from './scale.js';

const SHORT = 10;
const UPDATES = 500;

/** A change of a session with few events behind it beside one of a session with very many. */
export async function measureStreamLength(run: BenchRun, scale: Scale): Promise<void> {
  const long = Math.min(10_000, scale.many.sessions);
  const streams = [await openStreams(scale, SHORT), await openStreams(scale, long)];
  const [figures] = await interleave(streams, [UPDATES], run.rounds);
  console.log('### A change of a session, one after the other\n');
  printTable(
    ['events in its stream', 'ms (min – max)'],
    Array.from(figures ?? [], ([name, rounds]) => {
      const { median, min, max } = spread(rounds);
      return [name, `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`];
    }),
  );
}

/** Sessions that have so many events when they are changed; a new one before it has had twice as many. */
async function openStreams(scale: Scale, length: number): Promise<Contender<number, number>> {
  let session = await openStream(scale, length);
  return {
    name: length.toLocaleString('en'),
    /** Milliseconds a change. */
    async measure(updates) {
      let milliseconds = 0;
      for (let i = 0; i < updates; i++) {
        if (session.events >= 2 * length) session = await openStream(scale, length);
        const started = performance.now();
        await session.change();
        milliseconds += performance.now() - started;
      }
      return milliseconds / updates;
    },
  };
}

async function openStream({ create, update, few: { serviceSid } }: Scale, length: number) {
  const { sid } = await create.execute(new CreateSession(serviceSid, nextWish(), [], nextContext()));
  let events = 1;
  const change = async () => {
    await update.execute(new UpdateSession(serviceSid, sid, { ttl: 3600 + (events % 2) }, nextContext()));
    events++;
  };
  while (events < length) await change();
  return {
    change,
    get events() {
      return events;
    },
  };
}
