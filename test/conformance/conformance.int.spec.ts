import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { postgresVersions } from '#testing';
import { maskline } from './peers/maskline.js';
import { runProbe } from './probe.js';
import { everyChange } from './suite.js';

// Each lost connection is a warning.
Logger.overrideLogger(false);

describe.each(postgresVersions())('the event store on PostgreSQL %s', (postgres) => {
  const probes = everyChange.filter(({ only = postgres }) => only === postgres);

  it.each(probes)('holds $name', async (probe) => {
    const finding = await runProbe(probe, maskline, postgres);

    expect(finding).toEqual({ holds: true, seen: expect.any(String) });
  });
});
