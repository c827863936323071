import { isDeepStrictEqual } from 'node:util';
import { WrongVersion, type Expected, type OpenStore } from '../peer.js';
import { describe, type Finding, type Ground, type Probe } from '../probe.js';

const processes = 8;
const writers = 64;
const rounds = 20;

export const createRace: Probe = {
  name: 'create-race',
  demand: `Of ${writers} writers that create one stream exactly one succeeds, for what is to be new must not be two things at once.`,
  run: (ground) =>
    race(ground, (round) => ({ stream: `created-${round}`, expected: 'no stream', before: 0 })),
};

export const exactVersionRace: Probe = {
  name: 'exact-version-race',
  demand: `Of ${writers} writers that saw the same version of a stream exactly one appends, for the others decided on what is no longer so.`,
  run: (ground) => race(ground, (round) => ({ stream: 'contested', expected: round, before: round })),
};

interface Prize {
  readonly stream: string;
  readonly expected: Expected;
  /** Events in the stream already. */
  readonly before: number;
}

async function race(ground: Ground, prizeOf: (round: number) => Prize): Promise<Finding> {
  const stores = await Promise.all(Array.from({ length: processes }, () => ground.open()));
  let mostWinners = 0;
  let wrongRounds = 0;
  const errors: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stream, expected, before } = prizeOf(round);
    const outcomes = await Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        attempt(stores[writer % processes], stream, { round, writer }, expected),
      ),
    );
    const won = outcomes.flatMap((outcome) => (outcome.isWinner ? [outcome.fact] : []));
    errors.push(...outcomes.flatMap(({ error }) => (error === null ? [] : [error])));
    mostWinners = Math.max(mostWinners, won.length);
    const written = await stores[0]?.read(stream);
    const isRight = won.length === 1 && isDeepStrictEqual(written?.slice(before), won);
    if (!isRight) wrongRounds++;
    // Whoever lets several through has moved the stream on by more than one.
    if (!isRight && expected !== 'no stream') break;
  }
  const troubles = errors.length > 0 ? `; ${errors.length} were told something else, e.g. ${errors[0]}` : '';
  const seen =
    wrongRounds === 0
      ? `one winner in each of ${rounds} rounds`
      : `up to ${mostWinners} winners, wrong in ${wrongRounds} of ${rounds} rounds`;
  return { holds: wrongRounds === 0 && errors.length === 0, seen: seen + troubles };
}

async function attempt(store: OpenStore | undefined, stream: string, fact: object, expected: Expected) {
  try {
    await store?.append(stream, [fact], expected);
    return { isWinner: true, fact, error: null };
  } catch (error) {
    return { isWinner: false, fact, error: error instanceof WrongVersion ? null : describe(error) };
  }
}
