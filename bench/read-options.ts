import { parseArgs } from 'node:util';
import { StartError } from '#platform';

export interface BenchOptions {
  /** By name, in the order in which they are to run. */
  readonly suites: readonly string[];
  readonly rounds: number;
  /** Of each measurement; a contender warms up for as long. */
  readonly seconds: number;
  /** How many the suite `scale` makes; of `participants` as many participants. */
  readonly sessions: number;
  /** The directory that CPU profiles of our own processes, and their flame graphs, go to; null without them. */
  readonly profile: string | null;
}

const usage = (known: readonly string[]) =>
  `npm run bench -- [suite]… [--quick] [--rounds 5] [--seconds 4] [--sessions 1000000] [--profile directory]
suites: ${known.join(', ')}`;

/** Reads the command line; without a suite it is the `usual` ones. Anything that is not understood is told, with what would be. */
export function readOptions(known: readonly string[], usual: readonly string[]): BenchOptions {
  const refuse = (why: string) => new StartError(`${why}\n${usage(known)}`);
  const { values, positionals } = parse(refuse);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw refuse(`there is no suite ${unknown}`);
  const count = (name: 'rounds' | 'seconds' | 'sessions', full: number, quick: number) => {
    const value = Number(values[name] ?? (values.quick ? quick : full));
    if (!Number.isInteger(value) || value < 1) throw refuse(`--${name} must be a number from 1 on`);
    return value;
  };
  return {
    suites: positionals.length > 0 ? positionals : usual,
    rounds: count('rounds', 5, 1),
    seconds: count('seconds', 4, 1),
    sessions: count('sessions', 1_000_000, 20_000),
    profile: values.profile ?? null,
  };
}

function parse(refuse: (why: string) => StartError) {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        sessions: { type: 'string' },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}
