import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { packageRoot } from '#platform';
import { cleanUpNow } from '#testing';
import { emmett } from './peers/emmett.js';
import { maskline } from './peers/maskline.js';
import { runProbe } from './probe.js';
import { report, verdict, type Result } from './report.js';
import { comparison } from './suite.js';

// `npm run conformance`: every store before the same probes, and what was seen goes into docs/conformance.md.

// Lost connections and leases are what this is about.
Logger.overrideLogger(false);

const peers = [maskline, emmett];
const results: Result[] = [];

// Store by store, ours first: emmett changes how node-postgres reads bigint and JSON for all of the process.
describe.each(peers)('$name', (peer) => {
  // A store that does not let go must not stand in the way of the next.
  afterEach(() => cleanUpNow().catch(() => undefined));

  it.each(comparison)(
    'before $name',
    async (probe) => {
      const postgres = probe.only ?? '18';
      const finding = await runProbe(probe, peer, postgres);
      const result = { probe, peer, postgres, finding };
      results.push(result);
      process.stdout.write(`${peer.name}, ${probe.name}: ${verdict(result)}: ${finding.seen}\n`);

      // Ours must hold. Of the others the result is only recorded.
      expect(finding.holds || peer !== maskline).toBe(true);
    },
    900_000,
  );
});

afterAll(() => {
  // Nothing is written of a part.
  if (results.length < comparison.length * peers.length) return;
  const today = new Date().toISOString().slice(0, 10);
  const text = report(results, { day: today, node: process.version });
  writeFileSync(join(packageRoot, 'docs', 'conformance.md'), text);
  process.stdout.write(`\n${text}`);
});
