import { hkdfSync, type KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { nameError, type Database } from '#platform';
import { CallLine } from './call-line.js';
import { CallTraffic } from './call-traffic.js';
import { MessageTraffic } from './message-traffic.js';
import { SimulatedNumbers } from './numbers.js';
import type { Pace } from './pace.js';
import { StoredCalls } from './stored-calls.js';
import { StoredMessages } from './stored-messages.js';
import { UnderWay } from './under-way.js';
import { WebhookSender } from './webhook-sender.js';

const MOST_OF_ONE_PHONE = 500;
/** Tokens that are remembered: to derive one takes a fifth of a millisecond, and every webhook wants its own twice. */
const MOST_TOKENS = 1_000;

/**
 * The phone network, as far as this process plays it. Its state is in PostgreSQL: processes that share a database share one
 * network, and what one of them leaves half done another one goes on with.
 */
export class Simulation {
  private readonly logger = new Logger('Simulator');
  readonly underWay = new UnderWay();
  readonly numbers: SimulatedNumbers;
  readonly messages: StoredMessages;
  readonly calls: StoredCalls;
  readonly messageTraffic: MessageTraffic;
  readonly callTraffic: CallTraffic;
  readonly #stop = new AbortController();
  readonly #looking: Promise<void>;
  readonly #tokens = new Map<string, string>();
  #forgotten = -Infinity;

  constructor(
    database: Database,
    private readonly masterKey: KeyObject,
    private readonly pace: Pace,
  ) {
    const { underWay } = this;
    const webhooks = new WebhookSender((accountSid) => this.tokenOf(accountSid), pace, underWay.signal);
    this.numbers = new SimulatedNumbers(database);
    this.messages = new StoredMessages(database, pace.hold);
    this.calls = new StoredCalls(database, pace.hold);
    this.messageTraffic = new MessageTraffic(this.messages, this.numbers, webhooks, underWay, pace);
    const line = new CallLine(this.calls, webhooks, underWay, pace);
    this.callTraffic = new CallTraffic(this.calls, line, this.numbers, webhooks, underWay);
    this.#looking = this.#lookAround();
  }

  /** What webhooks of this account are signed with: every process that has the master key knows it. */
  tokenOf(accountSid: string): string {
    const known = this.#tokens.get(accountSid);
    if (known !== undefined) return known;
    const bytes = hkdfSync('sha256', this.masterKey, '', `simulator webhooks ${accountSid}`, 16);
    const token = Buffer.from(bytes).toString('hex');
    // A stranger may name accounts without end.
    if (this.#tokens.size >= MOST_TOKENS) this.#tokens.clear();
    this.#tokens.set(accountSid, token);
    return token;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
    await this.underWay.stop(this.pace.farewell);
  }

  async #lookAround(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await pause(this.pace.lookAround, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#turn().catch((error: unknown) => {
        this.logger.warn(`looking around failed: ${nameError(error)}`);
      });
    }
  }

  async #turn(): Promise<void> {
    if (!this.underWay.isFull) {
      await this.messageTraffic.takeOver();
      await this.callTraffic.endAbandoned();
    }
    if (performance.now() - this.#forgotten < this.pace.forgetEvery) return;
    this.#forgotten = performance.now();
    await this.messages.forget(MOST_OF_ONE_PHONE);
    await this.calls.forget(MOST_OF_ONE_PHONE);
    await this.numbers.forget();
  }
}
