import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { queueBackends } from '#testing';
import { Random } from './random.js';
import { runRounds } from './rounds.js';

/** In all; `ROUNDS=2000 npm run test:long -- faults` goes on for longer. */
const rounds = Number(process.env['ROUNDS'] ?? 200);
/** `SEED=… npm run test:long -- faults` repeats the faults in their order, though not what meets them. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));

// Told at once, while jest keeps what it is told by its console until the end of the file.
const say = (line: string) => process.stderr.write(`faults: ${line}\n`);

// Our own connections are lost as well.
beforeAll(() => {
  Logger.overrideLogger(false);
});

describe.each(queueBackends())('an installation in which everything fails, with queues on %s', (backend) => {
  const share = Math.ceil(rounds / queueBackends().length);

  it(
    `keeps its promises through ${share} faults`,
    async () => {
      say(`${backend}: ${share} rounds with SEED=${seed}`);
      const { faults, acknowledged, events, unsure, ...course } = await runRounds(
        backend,
        share,
        new Random(seed),
        say,
      ).catch((error: unknown) => {
        throw new Error(`SEED=${seed}, queues on ${backend}`, { cause: error });
      });
      say(`${backend}: ${acknowledged} commands acknowledged, ${unsure} unsure, ${events} events`);
      expect(course.rounds).toBe(share);
      // All of this is worth nothing if nothing was done, or nothing was in the way of it.
      expect(acknowledged).toBeGreaterThan(share * 10);
      expect(unsure).toBeGreaterThan(share);
      expect(Object.keys(faults).length).toBeGreaterThanOrEqual(Math.min(share, 16));
    },
    120_000 + share * 20_000,
  );
});
