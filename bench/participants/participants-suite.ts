import type { BenchRun } from '../bench-run.js';
import { interleave, type Contender } from '../interleave.js';
import { ratio, spread } from '../spread.js';
import { printTable } from '../table.js';
import { openCommandSide } from './command-side.js';
import { nextPerson, NUMBERS } from './fill-participants.js';
import { openRestSide } from './rest-side.js';
import type { Side } from './side.js';

const WRITERS = [1, 16, 64];
/** What an addition may cost at most, against a creation. */
const FLOOR = 3;
const SESSION = 'creating a session';
const PARTICIPANT = 'adding a participant';

/** What a participant costs, whose number has to be found among thousands, against a session without any. */
export async function runParticipantsSuite(run: BenchRun): Promise<void> {
  const among = `${NUMBERS.toLocaleString('en')} numbers, ${run.sessions.toLocaleString('en')} participants`;
  console.log(`## Participants: ${among}\n`);
  await compare(run, 'over REST', await openRestSide(run, Math.max(...WRITERS)));
  await compare(run, 'the command alone', await openCommandSide(run));
}

async function compare(run: BenchRun, how: string, side: Side): Promise<void> {
  /** Each has place for two. */
  const sessions: string[] = [];
  const stock = async (count: number) => {
    while (sessions.length < count) {
      const sids = await Promise.all(Array.from({ length: 256 }, () => side.create()));
      sessions.push(...sids, ...sids);
    }
  };
  const addOne = async () => {
    const sessionSid = sessions.pop();
    if (sessionSid === undefined) throw new Error('more sessions should have been made');
    await side.add(sessionSid, nextPerson(run.sessions));
  };

  const contenders: Contender<number, number>[] = [
    { name: SESSION, measure: (writers) => measure(run.seconds, writers, () => side.create()) },
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

  console.log(`### ${how}\n`);
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
  await side.stop();
}

/** Milliseconds a request takes of all that the writers do together. */
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
