import { newSid } from '#platform';
import type { Pace } from './pace.js';
import type { CallChange, NewCall, StoredCall, StoredCalls } from './stored-calls.js';
import type { UnderWay } from './under-way.js';
import type { CallEvent } from './voice-twiml.js';
import { callStatus } from './webhook-parameters.js';
import type { WebhookSender } from './webhook-sender.js';

/** Seconds that a call may last. */
export const LONGEST_CALL = 14_400;

/** What became of a call, in simulated seconds. */
export interface CallEnd {
  readonly call: StoredCall;
  readonly rang: number;
  readonly talked: number;
}

/** Who waits for the other side of a call. */
export interface Waiting {
  /** Seconds that it may ring. */
  readonly ringFor: number;
  readonly onAnswer: () => Promise<void>;
}

export type CallEnding = Omit<CallChange, 'isReported' | 'next'>;

/** Another process has ended the call: there is nothing more to do for it. */
export class CallTakenAway extends Error {
  override readonly name = 'CallTakenAway';
}

/** The statuses of calls: each is written before it is reported, and reported before the next one is written. */
export class CallLine {
  constructor(
    private readonly calls: StoredCalls,
    private readonly webhooks: WebhookSender,
    private readonly underWay: UnderWay,
    private readonly pace: Pace,
  ) {}

  async open(call: Omit<NewCall, 'sid'>): Promise<StoredCall> {
    const opened = await this.calls.add({ ...call, sid: newSid('CA') });
    if (opened.reported.includes('initiated')) await this.#report(opened);
    return opened;
  }

  /** `seconds` is how long nothing else will happen. */
  move(call: StoredCall, status: 'ringing' | 'in-progress', seconds: number): Promise<StoredCall> {
    return this.#change(call, { status, next: seconds * this.pace.second });
  }

  end(call: StoredCall, ending: CallEnding): Promise<StoredCall> {
    return this.#change(call, { ...ending, next: null });
  }

  pass(seconds: number): Promise<void> {
    return this.underWay.pass(seconds * this.pace.second);
  }

  async #change(call: StoredCall, change: Omit<CallChange, 'isReported'>): Promise<StoredCall> {
    const isReported = call.reported.includes(eventOf(change.status));
    const changed = await this.calls.change(call, { ...change, isReported });
    if (changed === null) throw new CallTakenAway();
    if (isReported) await this.#report(changed);
    return changed;
  }

  async #report(call: StoredCall): Promise<void> {
    const { account_sid: accountSid, sid, status_callback: url } = call;
    if (url === null) return;
    const key = `${sid}-${call.sequence_number}`;
    await this.webhooks.send({ accountSid, url, params: callStatus(call, new Date()), key });
  }
}

function eventOf(status: string): CallEvent {
  if (status === 'ringing') return 'ringing';
  return status === 'in-progress' ? 'answered' : 'completed';
}
