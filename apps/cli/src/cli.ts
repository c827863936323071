import type { Config, Shutdown } from '#platform';

/** What every command is given. */
export interface Cli {
  readonly config: Config;
  /** Parts that end with the command, the last one first. */
  readonly shutdown: Shutdown;
  /** Ctrl-C: long commands leave off at the next good place. */
  readonly interrupted: AbortSignal;
}
