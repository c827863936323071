import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { careless } from './peers/careless.js';
import { maskline } from './peers/maskline.js';
import { runProbe } from './probe.js';
import { neverSkips } from './probes/never-skips.js';
import { oneReader } from './probes/one-reader.js';
import { long } from './suite.js';

// Each lost lease is a warning.
Logger.overrideLogger(false);

describe('the event store', () => {
  it.each(long)('holds $name', async (probe) => {
    const finding = await runProbe(probe, maskline, '18');

    expect(finding).toEqual({ holds: true, seen: expect.any(String) });
  });
});

describe('a careless store', () => {
  it.each([neverSkips(4000, 800), oneReader])('is found out by $name', async (probe) => {
    const finding = await runProbe(probe, careless, '18');

    expect(finding).toEqual({ holds: false, seen: expect.not.stringContaining('ended with an error') });
  });
});
