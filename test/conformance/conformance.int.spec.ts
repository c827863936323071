import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { postgresVersions } from '#testing';
import { careless } from './peers/careless.js';
import { maskline } from './peers/maskline.js';
import { runProbe } from './probe.js';
import { keyedRetry } from './probes/ambiguous-commit.js';
import { bigNumber } from './probes/payloads.js';
import { createRace, exactVersionRace } from './probes/races.js';
import { everyChange } from './suite.js';

// Each lost connection is a warning.
Logger.overrideLogger(false);

describe.each(postgresVersions())('the event store on PostgreSQL %s', (postgres) => {
  const probes = everyChange.filter(({ only = postgres }) => only === postgres);

  // Some start processes and wait for them: far longer than they take, for a machine that does other things as well.
  it.each(probes)(
    'holds $name',
    async (probe) => {
      const finding = await runProbe(probe, maskline, postgres);

      expect(finding).toEqual({ holds: true, seen: expect.any(String) });
    },
    120_000,
  );
});

describe('a careless store', () => {
  it.each([createRace, exactVersionRace, keyedRetry, bigNumber])('is found out by $name', async (probe) => {
    const finding = await runProbe(probe, careless, '18');

    expect(finding).toEqual({ holds: false, seen: expect.not.stringContaining('ended with an error') });
  });
});
