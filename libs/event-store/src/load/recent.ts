import { Remembered } from '#platform';
import type { Aggregate } from './current.js';

/** A stream as it was a moment ago. */
export interface Seen {
  readonly version: number;
  readonly state: Aggregate;
}

/** A time that was reckoned rather than asked for, and until when append takes it. */
export interface Reckoned {
  readonly now: string;
  readonly goodUntil: string;
}

/** Milliseconds for which the time that the database told is carried on by our own clock. */
const goodFor = 250;
/** Milliseconds: a reckoned time that is further off means that the database's clock was set anew. */
const tolerance = 1_000;
/** Up to twice as many; the older ones make room. */
const mostStreams = 1_000;

/**
 * What the database said lately: its time, and the streams that others are created below. A creation that relies on it need
 * not load anything. All of it may be out of date, so append judges it under the head row: the streams by their version, the
 * time by the database's own.
 */
export class Recent {
  readonly #streams = new Remembered<Seen>(mostStreams);
  #told = '';
  #toldAt = Number.NEGATIVE_INFINITY;
  #reckoned: { readonly at: number; readonly time: Reckoned } | null = null;

  /** `milliseconds` is a clock that only ever goes forwards. */
  constructor(private readonly milliseconds = () => performance.now()) {}

  /** The database has just told its time, as ISO 8601. */
  tell(now: string): void {
    if (now === this.#told) return; // each command of a flush brings the same
    this.#told = now;
    this.#toldAt = this.milliseconds();
  }

  /** The database's time, if anything a little behind it; null when it has been silent for too long. */
  now(): Reckoned | null {
    const since = this.milliseconds() - this.#toldAt;
    if (since > goodFor) return null;
    const at = Date.parse(this.#told) + Math.floor(since);
    if (this.#reckoned?.at !== at) {
      const time = { now: new Date(at).toISOString(), goodUntil: new Date(at + tolerance).toISOString() };
      this.#reckoned = { at, time };
    }
    return this.#reckoned.time;
  }

  see(accountSid: string, streamId: string, seen: Seen): void {
    this.#streams.set(`${accountSid} ${streamId}`, seen);
  }

  find(accountSid: string, streamId: string): Seen | null {
    return this.#streams.get(`${accountSid} ${streamId}`) ?? null;
  }
}
