import { CallTakenAway, LONGEST_CALL, type CallEnd, type CallLine, type Waiting } from './call-line.js';
import { responseOf } from './magic-numbers.js';
import type { SimulatedNumbers } from './numbers.js';
import type { NewCall, StoredCall, StoredCalls } from './stored-calls.js';
import { TwimlRun } from './twiml-run.js';
import type { UnderWay } from './under-way.js';
import type { WebhookSender } from './webhook-sender.js';

/** Numbers of the account that one call may be led through by Dial. */
const MAX_DEPTH = 5;
/** Seconds that a phone rings before somebody is there, or the line turns out to be busy. */
const REACTION = 1;
/** Seconds that one phone rings for another. */
const RING = 60;

/** What the phone at the far end does. */
export interface PhoneManners {
  readonly isAnswering: boolean;
  /** Seconds until it hangs up. */
  readonly seconds: number;
}

/** Places calls: a phone rings and is answered or not, a number of the account has its webhook asked what to do. */
export class CallTraffic {
  constructor(
    private readonly calls: StoredCalls,
    private readonly line: CallLine,
    private readonly numbers: SimulatedNumbers,
    private readonly webhooks: WebhookSender,
    private readonly underWay: UnderWay,
  ) {}

  /** A phone dials; the call goes on by itself. */
  async dial(
    ends: Pick<NewCall, 'account_sid' | 'from_number' | 'to_number'>,
    manners: PhoneManners,
  ): Promise<StoredCall> {
    const call = await this.line.open({ ...ends, parent_sid: null, status_callback: null, reported: [] });
    const waiting = { ringFor: RING, onAnswer: () => Promise.resolve() };
    this.#start(() => this.#place(call, manners, waiting, 0));
    return call;
  }

  /** Ends the calls of processes that are gone, as a network does with calls whose exchange is. */
  async endAbandoned(): Promise<void> {
    for (const call of await this.calls.takeOver()) {
      this.#start(() => this.line.end(call, { status: 'failed' }));
    }
  }

  #start(work: () => Promise<unknown>): void {
    this.underWay.start(async () => {
      await work().catch((error: unknown) => {
        if (!(error instanceof CallTakenAway)) throw error;
      });
    });
  }

  async #place(call: StoredCall, manners: PhoneManners, waiting: Waiting, depth: number): Promise<CallEnd> {
    const number = await this.numbers.own(call.account_sid, call.to_number);
    if (number === null) return this.#ring(call, manners, waiting);
    if (number.call_url === null || depth === MAX_DEPTH) return this.#fail(call);
    // It is its own to end for as long as what it dials may last.
    const ringing = await this.line.move(call, 'ringing', LONGEST_CALL);
    const run = new TwimlRun(ringing, this.line, this.numbers, this.webhooks, {
      onAnswer: waiting.onAnswer,
      dial: async (dialled, theirs) => this.#place(await this.line.open(dialled), manners, theirs, depth + 1),
    });
    return run.conduct(number.call_url);
  }

  async #ring(call: StoredCall, manners: PhoneManners, { ringFor, onAnswer }: Waiting): Promise<CallEnd> {
    const response = responseOf(call.to_number) ?? (manners.isAnswering ? 'answer' : 'no-answer');
    if (response === 'failed') return this.#fail(call);
    const rang = response === 'no-answer' ? ringFor : Math.min(REACTION, ringFor);
    const ringing = await this.line.move(call, 'ringing', rang);
    await this.line.pass(rang);
    if (response !== 'answer') {
      return { call: await this.line.end(ringing, { status: response }), rang, talked: 0 };
    }
    const talked = manners.seconds;
    const answered = await this.line.move(ringing, 'in-progress', talked);
    await onAnswer();
    await this.line.pass(talked);
    return { call: await this.line.end(answered, { status: 'completed', duration: talked }), rang, talked };
  }

  async #fail(call: StoredCall): Promise<CallEnd> {
    return { call: await this.line.end(call, { status: 'failed' }), rang: 0, talked: 0 };
  }
}
