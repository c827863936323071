import { AddParticipant, CreateService, CreateSession } from '#application';
import type { BenchRun } from '../bench-run.js';
import { interleave, type Contender } from '../interleave.js';
import { openBenchStore } from '../open-bench-store.js';
import { sessionHandlers } from '../session-handlers.js';
import { accountSid, nextContext, nextWish, serviceSettings } from '../session-wish.js';
import { ratio, spread } from '../spread.js';
import { printTable } from '../table.js';
import { fillParticipants, nextPerson, NUMBERS } from './fill-participants.js';

const WRITERS = [1, 16, 64];
/** What an addition may cost at most, against a creation. */
const FLOOR = 3;
const SESSION = 'creating a session';
const PARTICIPANT = 'adding a participant';

/** What a participant costs, whose number has to be found among thousands, against a session without any. */
export async function runParticipantsSuite(run: BenchRun): Promise<void> {
  const url = await run.server.createDatabase('participants');
  const store = await openBenchStore({ DATABASE_URL: url });
  run.shutdown.add('the store', () => store.close());
  const { services, create, add, stop } = sessionHandlers(store);
  const { sid: serviceSid } = await services.execute(
    new CreateService({ ...serviceSettings, uniqueName: 'participants' }, nextContext()),
  );
  await fillParticipants(url, { accountSid, serviceSid, participants: run.sessions });

  const newSession = () => create.execute(new CreateSession(serviceSid, nextWish(), [], nextContext()));
  /** Two for each, for as long as it is measured. */
  const sessions: string[] = [];
  const stock = async (count: number) => {
    while (sessions.length < count) {
      const made = await Promise.all(Array.from({ length: 256 }, newSession));
      const sids = made.map(({ sid }) => sid);
      sessions.push(...sids, ...sids);
    }
  };
  const addOne = async () => {
    const sessionSid = sessions.pop();
    if (sessionSid === undefined) throw new Error('more sessions should have been made');
    const whom = { identifier: nextPerson(run.sessions), isoCountry: 'US', areaCode: '650' };
    const wish = {
      whom,
      friendlyName: null,
      proxyIdentifier: null,
      proxyIdentifierSid: null,
      isUnused: false,
    };
    await add.execute(new AddParticipant(serviceSid, sessionSid, wish, nextContext()));
  };

  const contenders: Contender<number, number>[] = [
    { name: SESSION, measure: (writers) => measure(run.seconds, writers, newSession) },
    {
      name: PARTICIPANT,
      measure: async (writers) => {
        await stock(writers === 1 ? run.seconds * 2_000 : run.seconds * 10_000);
        return measure(run.seconds, writers, addOne);
      },
    },
  ];
  await interleave(contenders, WRITERS, 1); // to warm up
  const figures = await interleave(contenders, WRITERS, run.rounds);

  console.log(
    `## Participants: ${NUMBERS.toLocaleString('en')} numbers, ${run.sessions.toLocaleString('en')} participants\n`,
  );
  printTable(
    ['writers', 'what', 'ms of work each (min – max)', `× a session (min – max), at most ${FLOOR}`],
    WRITERS.flatMap((writers, i) => {
      const rounds = (name: string) => figures[i]?.get(name) ?? [];
      return [SESSION, PARTICIPANT].map((name) => {
        const cost = spread(rounds(name));
        const times = ratio(rounds(name), rounds(SESSION));
        return [
          String(writers),
          name,
          `${cost.median.toFixed(3)} (${cost.min.toFixed(3)} – ${cost.max.toFixed(3)})`,
          name === SESSION
            ? ''
            : `${times.median.toFixed(2)} (${times.min.toFixed(2)} – ${times.max.toFixed(2)})`,
        ];
      });
    }),
  );
  await stop();
  await store.close();
  await run.server.dropDatabase('participants');
}

/** Milliseconds a command takes of all that the writers do together. */
async function measure(seconds: number, writers: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  const end = started + seconds * 1000;
  let done = 0;
  const write = async () => {
    while (performance.now() < end) {
      await work();
      done++;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return (performance.now() - started) / done;
}
