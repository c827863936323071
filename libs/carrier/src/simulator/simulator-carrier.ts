import {
  Carrier,
  type CarrierNumber,
  type LostMessage,
  type NumberName,
  type NumberWebhooks,
  type OutgoingMessage,
  type SentMessage,
} from '../carrier.js';
import { CarrierRefused, CarrierUnavailable, CarrierUncertain } from '../carrier-errors.js';
import { isReachable } from './describe-number.js';
import { acceptanceOf, type Acceptance } from './magic-numbers.js';
import type { Simulation } from './simulation.js';
import type { StoredMessage } from './stored-messages.js';

const MAX_BODY_LENGTH = 1600;

/** The carrier below Maskline when it needs no other: numbers for the asking, and phones that live in the product. */
export class SimulatorCarrier extends Carrier {
  override readonly supportsMedia = true;

  constructor(private readonly simulation: Simulation) {
    super();
  }

  override findNumber(accountSid: string, name: NumberName): Promise<CarrierNumber | null> {
    return this.simulation.numbers.find(accountSid, name);
  }

  override async connectNumber(accountSid: string, sid: string, webhooks: NumberWebhooks): Promise<void> {
    if (await this.simulation.numbers.connect(accountSid, sid, webhooks)) return;
    throw new CarrierRefused(20404, 'the account has no such number');
  }

  override async disconnectNumber(accountSid: string, sid: string): Promise<void> {
    await this.simulation.numbers.connect(accountSid, sid, null);
  }

  override async sendMessage(accountSid: string, message: OutgoingMessage): Promise<SentMessage> {
    const { underWay, numbers } = this.simulation;
    if (underWay.isStopping) throw new CarrierUnavailable('the simulator stops');
    if (underWay.isFull) throw new CarrierUnavailable('too much is under way', 1000);
    refuseUnsendable(message);
    if ((await numbers.own(accountSid, message.from)) === null) {
      throw new CarrierRefused(21606, 'the sender is not a number of the account');
    }
    const trouble = acceptanceOf(message.to);
    if (trouble === null) return this.#accept(accountSid, message);
    return this.#acceptWith(trouble, accountSid, message);
  }

  override async findMessage(accountSid: string, { key }: LostMessage): Promise<SentMessage | null> {
    const message = await this.simulation.messages.find(accountSid, key);
    return message === null ? null : sentMessage(message);
  }

  override webhookToken(accountSid: string): Promise<string> {
    return Promise.resolve(this.simulation.tokenOf(accountSid));
  }

  override stop(): Promise<void> {
    return this.simulation.stop();
  }

  async #accept(accountSid: string, message: OutgoingMessage): Promise<SentMessage> {
    const accepted = await this.simulation.messageTraffic.accept({
      account_sid: accountSid,
      send_key: message.key,
      from_number: message.from,
      to_number: message.to,
      body: message.body,
      media: message.mediaUrls,
      status_callback: message.statusCallback,
    });
    return sentMessage(accepted);
  }

  async #acceptWith(trouble: Acceptance, accountSid: string, message: OutgoingMessage): Promise<SentMessage> {
    switch (trouble.kind) {
      case 'refused':
        throw new CarrierRefused(trouble.code, trouble.why);
      case 'unavailable':
        throw new CarrierUnavailable(trouble.why, trouble.retryAfter);
      case 'slow':
        await this.simulation.underWay.pass(trouble.milliseconds);
        return this.#accept(accountSid, message);
      case 'no-answer': {
        const known = await this.findMessage(accountSid, { ...message, receivedAt: '' });
        // Asked again with the same key, the carrier knows the message and says so.
        if (known !== null) return known;
        if (trouble.isSent) await this.#accept(accountSid, message);
        throw new CarrierUncertain('simulated');
      }
    }
  }
}

function refuseUnsendable({ to, body, mediaUrls }: OutgoingMessage): void {
  if (!isReachable(to)) throw new CarrierRefused(21211, 'the receiver is not a valid phone number');
  if (body === '' && mediaUrls.length === 0) throw new CarrierRefused(21602, 'the message is empty');
  if ([...body].length > MAX_BODY_LENGTH) throw new CarrierRefused(21617, 'the message is too long');
}

function sentMessage({ sid, status }: StoredMessage): SentMessage {
  return { sid, status, url: null };
}
