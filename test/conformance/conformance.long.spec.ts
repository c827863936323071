import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { maskline } from './peers/maskline.js';
import { runProbe } from './probe.js';
import { long } from './suite.js';

// Each lost lease is a warning.
Logger.overrideLogger(false);

describe('the event store', () => {
  it.each(long)('holds $name', async (probe) => {
    const finding = await runProbe(probe, maskline, '18');

    expect(finding).toEqual({ holds: true, seen: expect.any(String) });
  });
});
