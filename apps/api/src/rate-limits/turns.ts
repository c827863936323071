/**
 * Counts what was let through in a window that slides, for all processes together: of each key `most` in any five seconds.
 * A counter of fixed windows, as libraries have it, would let twice as many through at the seam of two.
 */
export abstract class Turns {
  /** Milliseconds that a request waits to be counted; then it is let through uncounted. */
  abstract readonly patience: number;
  /** Takes a turn, or answers in how many milliseconds there is one; 0 for a turn that was taken. */
  abstract take(key: string, most: number): Promise<number>;
  abstract close(): Promise<void>;
}

export const WINDOW_SECONDS = 5;
