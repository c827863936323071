import type { Probe } from './probe.js';
import { exactRetry, keyedRetry } from './probes/ambiguous-commit.js';
import { clockJumps } from './probes/clock.js';
import {
  bigNumber,
  digitText,
  emptyBatch,
  largeBatch,
  largePayload,
  nulCharacter,
} from './probes/payloads.js';
import { createRace, exactVersionRace } from './probes/races.js';
import { neverSkips } from './probes/never-skips.js';
import { neverStalls } from './probes/never-stalls.js';
import { oneReader } from './probes/one-reader.js';
import { restore } from './probes/restore.js';

const quick: readonly Probe[] = [
  createRace,
  exactVersionRace,
  exactRetry,
  keyedRetry,
  nulCharacter,
  bigNumber,
  digitText,
  largePayload,
  emptyBatch,
  largeBatch,
  neverStalls,
  restore,
  clockJumps,
];

/** On every change; the one that starts six processes on one version only. */
export const everyChange: readonly Probe[] = [...quick, { ...neverSkips(4000, 800), only: '18' }];

/** What takes longer than anyone wants to wait. */
export const long: readonly Probe[] = [neverSkips(1_000_000, 50_000), oneReader];

/** What stores are compared by: as much as the slowest of them can do in a few minutes. */
export const comparison: readonly Probe[] = [...quick, neverSkips(20_000, 1000), oneReader];
