import type { Contender } from '../interleave.js';

/** What there is to be folded. */
export interface SessionLog {
  readonly sessions: number;
  readonly events: number;
}

/** Makes the rows of all sessions again, and looks whether they are all there. Its figure is seconds. */
export type Rebuilder = Contender<SessionLog, number>;

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
