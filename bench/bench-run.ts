import type { Shutdown } from '#platform';
import type { BenchServer } from './bench-server.js';
import type { BenchOptions } from './read-options.js';

/** What one run of `npm run bench` measures with. */
export interface BenchRun extends Omit<BenchOptions, 'suites'> {
  readonly server: BenchServer;
  readonly shutdown: Shutdown;
  /** For files that a suite needs while it runs. */
  readonly directory: string;
}
