import { Logger } from '@nestjs/common';
import { newSid } from '#platform';
import { endingOf } from './magic-numbers.js';
import { readMessageTwiml, type MessageVerb } from './message-twiml.js';
import type { SimulatedNumbers } from './numbers.js';
import type { Pace } from './pace.js';
import type { NewMessage, StoredMessage, StoredMessages } from './stored-messages.js';
import { TwimlError } from './twiml-document.js';
import type { UnderWay } from './under-way.js';
import { inboundMessage, messageStatus } from './webhook-parameters.js';
import type { WebhookSender } from './webhook-sender.js';

/** Twilio's code for a webhook that failed. */
const WEBHOOK_FAILED = 11200;
/** Documents that one message may lead to by Redirect. */
const MAX_DOCUMENTS = 5;

type Reply = Extract<MessageVerb, { verb: 'Message' }>;

/**
 * Carries messages from where they come from to where they go: a phone shows them, a number of the account has them reported.
 * Every status is written before it is reported, so that of two processes that carry one message only one goes on.
 */
export class MessageTraffic {
  private readonly logger = new Logger('Simulator');

  constructor(
    private readonly messages: StoredMessages,
    private readonly numbers: SimulatedNumbers,
    private readonly webhooks: WebhookSender,
    private readonly underWay: UnderWay,
    private readonly pace: Pace,
  ) {}

  /** The message on its way; the one that has the key, when there is one. */
  async accept(message: Omit<NewMessage, 'sid'>): Promise<StoredMessage> {
    const sid = newSid(message.media.length > 0 ? 'MM' : 'SM');
    const added = await this.messages.add({ ...message, sid });
    if (added !== null) {
      this.#start(added);
      return added;
    }
    const first =
      message.send_key === null ? null : await this.messages.find(message.account_sid, message.send_key);
    if (first === null) throw new Error('a message of the simulator is gone again');
    return first;
  }

  /** Goes on with what other processes have left. Its last status is reported again, for nobody knows whether it was. */
  async takeOver(): Promise<void> {
    for (const message of await this.messages.takeOver()) this.#start(message);
  }

  #start(message: StoredMessage): void {
    this.underWay.start(() => this.#carry(message));
  }

  async #carry(message: StoredMessage): Promise<void> {
    await this.#report(message);
    const ending = endingOf(message.to_number);
    await this.underWay.pass(this.pace.step);
    if (message.status === 'queued') {
      if (ending?.status === 'failed') return this.#end(message, 'failed', ending.errorCode);
      const sent = await this.messages.move(message, 'sent', { isLast: false });
      return sent === null ? undefined : this.#carry(sent);
    }
    if (ending !== null) return this.#end(message, ending.status, ending.errorCode);
    const number = await this.numbers.own(message.account_sid, message.to_number);
    const url = number?.message_url ?? null;
    if (url !== null && !(await this.#handOver(message, url))) {
      return this.#end(message, 'undelivered', WEBHOOK_FAILED);
    }
    return this.#end(message, 'delivered', null);
  }

  async #end(message: StoredMessage, status: string, errorCode: number | null): Promise<void> {
    const ended = await this.messages.move(message, status, { isLast: true, errorCode });
    if (ended !== null) await this.#report(ended);
  }

  /** To who sent it, if they want to know. */
  async #report(message: StoredMessage): Promise<void> {
    const { account_sid: accountSid, sid, status, status_callback: url } = message;
    if (url === null) return;
    await this.webhooks.send({ accountSid, url, params: messageStatus(message), key: `${sid}-${status}` });
  }

  /** Reports a message that came in, and does what the answer says. False when nobody took it. */
  async #handOver(message: StoredMessage, firstUrl: string): Promise<boolean> {
    const { account_sid: accountSid, sid } = message;
    const params = inboundMessage(message);
    let url: string | null = firstUrl;
    for (let documents = 0; url !== null && documents < MAX_DOCUMENTS; documents++) {
      const key = `${sid}-${documents}`;
      const answer = await this.webhooks.send({ accountSid, url, params, key });
      // What was taken once has arrived, wherever it was led on to.
      if (answer === null) return documents > 0;
      url = await this.#obey(message, this.#read(answer, url), documents);
    }
    return true;
  }

  /** A document that makes no sense was taken all the same, as by Twilio: the message has arrived. */
  #read(answer: string, url: string): MessageVerb[] {
    try {
      return readMessageTwiml(answer, url);
    } catch (error) {
      if (!(error instanceof TwimlError)) throw error;
      this.logger.warn(`the answer to a message cannot be obeyed (${error.code}): ${error.message}`);
      return [];
    }
  }

  /** Where to ask next, or null. */
  async #obey(message: StoredMessage, verbs: MessageVerb[], document: number): Promise<string | null> {
    for (const [i, verb] of verbs.entries()) {
      if (verb.verb === 'Redirect') return verb.url;
      await this.#reply(message, verb, `${message.sid}-${document}-${i}`);
    }
    return null;
  }

  /** Its key is made of the message's, which may be handed over twice. */
  async #reply(message: StoredMessage, reply: Reply, key: string): Promise<void> {
    const from = reply.from ?? message.to_number;
    if ((await this.numbers.own(message.account_sid, from)) === null) {
      this.logger.warn('a reply was not sent (21606): its sender is not a number of the account');
      return;
    }
    await this.accept({
      account_sid: message.account_sid,
      send_key: key,
      from_number: from,
      to_number: reply.to ?? message.from_number,
      body: reply.body,
      media: reply.media,
      status_callback: reply.statusCallback,
    });
  }
}
