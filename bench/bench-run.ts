import type { Shutdown } from '#platform';
import type { BenchServer } from './bench-server.js';

/** What one run of `npm run bench` measures with. */
export interface BenchRun {
  readonly server: BenchServer;
  readonly shutdown: Shutdown;
  /** For files that a suite needs while it runs. */
  readonly directory: string;
  readonly rounds: number;
  /** Of each measurement; a contender warms up for as long. */
  readonly seconds: number;
  /** How many the suite `scale` makes; of `participants` as many participants. */
  readonly sessions: number;
  /** Where CPU profiles of our own processes go. */
  readonly profile: string | null;
}
