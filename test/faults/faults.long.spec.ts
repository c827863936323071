import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { queueBackends } from '#testing';
import { Random } from './random.js';
import { runRounds } from './rounds.js';

// SEED=… repeats the faults in their order, though not what meets them; ROUNDS=2000 goes on for longer; FAULTS='killed|full'
// takes only those whose names match.
const rounds = Number(process.env['ROUNDS'] ?? 200);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));
const only = new RegExp(process.env['FAULTS'] ?? '');

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
      const random = new Random(seed);
      const course = await runRounds(backend, share, { random, only, say }).catch((error: unknown) => {
        throw new Error(`SEED=${seed}, queues on ${backend}`, { cause: error });
      });
      const { acknowledged, unsure, events } = course;
      say(`${backend}: ${acknowledged} commands acknowledged, ${unsure} unsure, ${events} events`);
      expect(course.rounds).toBe(share);
      // All of this is worth nothing if nothing was done, or nothing was in the way of it.
      expect(acknowledged).toBeGreaterThan(share * 10);
      expect(unsure > 0 || process.env['FAULTS'] !== undefined).toBe(true);
    },
    120_000 + share * 20_000,
  );
});
