/** How fast the simulated world goes, in milliseconds. */
export interface Pace {
  /** From one status of a message to the next. */
  readonly step: number;
  /** A second of a call, of ringing as of talk. The seconds that are reported are those that were asked for. */
  readonly second: number;
  /** What a webhook of ours may take. */
  readonly patience: number;
  /** Between the first and the second attempt at a webhook. */
  readonly retryAfter: number;
  /** How long a process that says nothing is trusted to be at its message or call; longer than two attempts at a webhook. */
  readonly hold: number;
  /** How often a process looks for what others left behind. */
  readonly lookAround: number;
  /** How often it forgets what is old. */
  readonly forgetEvery: number;
  /** What a stop waits for before it cuts off what is under way. */
  readonly farewell: number;
}

export const usualPace: Pace = {
  step: 10,
  second: 20,
  patience: 15_000,
  retryAfter: 100,
  hold: 40_000,
  lookAround: 5_000,
  forgetEvery: 60_000,
  farewell: 3_000,
};
