import type { Twilio } from 'twilio';
import {
  Carrier,
  type CarrierNumber,
  type LostMessage,
  type NumberName,
  type NumberWebhooks,
  type OutgoingMessage,
  type SentMessage,
} from '../carrier.js';
import { CarrierRefused } from '../carrier-errors.js';
import { findSent } from './find-sent.js';
import type { TwilioAccess } from './open-twilio.js';
import { isNotFound, translateError } from './translate-error.js';
import {
  isOfAnotherAccount,
  isShortCode,
  phoneNumberOf,
  shortCodeOf,
  type PointedNumber,
} from './twilio-number.js';

const OWN_PLACE = 'https://api.twilio.com';
const ANOTHER_ACCOUNTS = 20403;

/**
 * Twilio's Messaging and Voice below us, with one account of theirs for all accounts of ours: whose a number is, its webhooks
 * say, so that no account takes over what another one has connected.
 */
export class TwilioCarrier extends Carrier {
  override readonly supportsMedia = true;

  constructor(
    private readonly client: Twilio,
    private readonly access: Pick<TwilioAccess, 'authToken' | 'baseUrl'>,
  ) {
    super();
  }

  override async findNumber(_accountSid: string, name: NumberName): Promise<CarrierNumber | null> {
    if ('sid' in name) {
      const { sid } = name;
      return this.#find(() => (isShortCode(sid) ? this.#shortCode(sid) : this.#phoneNumber(sid)));
    }
    const { phoneNumber } = name;
    return this.#find(async () => {
      if (!phoneNumber.startsWith('+')) {
        const [found] = await this.client.shortCodes.list({ shortCode: phoneNumber, limit: 1 });
        return found?.shortCode === phoneNumber ? shortCodeOf(found) : null;
      }
      // Twilio's filter matches parts of numbers as well.
      const some = await this.client.incomingPhoneNumbers.list({ phoneNumber, limit: 20 });
      const found = some.find((number) => number.phoneNumber === phoneNumber);
      return found === undefined ? null : phoneNumberOf(found);
    });
  }

  override async connectNumber(accountSid: string, sid: string, webhooks: NumberWebhooks): Promise<void> {
    const connected = await this.#find(() => this.#webhooksOf(sid));
    if (connected === null) throw new CarrierRefused(20404, 'the account has no such number');
    if (isOfAnotherAccount(connected, accountSid, webhooks)) {
      throw new CarrierRefused(ANOTHER_ACCOUNTS, 'another account has connected this number');
    }
    await this.#repeatably(() => this.#point(sid, webhooks));
  }

  override async disconnectNumber(accountSid: string, sid: string): Promise<void> {
    const connected = await this.#find(() => this.#webhooksOf(sid));
    // Whatever has been put there since is not ours to take away.
    const isOurs = [connected?.smsUrl, connected?.voiceUrl].some((url) => url?.includes(accountSid) === true);
    if (isOurs) await this.#find(() => this.#point(sid, { message: '', call: '' }));
  }

  override async sendMessage(_accountSid: string, message: OutgoingMessage): Promise<SentMessage> {
    const { from, to, body, mediaUrls, statusCallback } = message;
    try {
      const message = await this.client.messages.create({
        from,
        to,
        statusCallback,
        ...(body !== '' && { body }),
        ...(mediaUrls.length > 0 && { mediaUrl: [...mediaUrls] }),
      });
      return this.#sent(message);
    } catch (error) {
      throw translateError(error, false);
    }
  }

  override async findMessage(
    _accountSid: string,
    lost: LostMessage,
  ): Promise<SentMessage | null | 'unknown'> {
    const found = await this.#repeatably(() => findSent(this.client, lost));
    return found === null || found === 'unknown' ? found : this.#sent(found);
  }

  override webhookToken(): Promise<string> {
    return Promise.resolve(this.access.authToken);
  }

  override stop(): Promise<void> {
    return Promise.resolve();
  }

  async #phoneNumber(sid: string): Promise<CarrierNumber> {
    return phoneNumberOf(await this.client.incomingPhoneNumbers(sid).fetch());
  }

  async #shortCode(sid: string): Promise<CarrierNumber> {
    return shortCodeOf(await this.client.shortCodes(sid).fetch());
  }

  #webhooksOf(sid: string): Promise<PointedNumber> {
    return isShortCode(sid)
      ? this.client.shortCodes(sid).fetch()
      : this.client.incomingPhoneNumbers(sid).fetch();
  }

  /** An application that is set at a number would win over its URLs. */
  async #point(sid: string, { message, call }: NumberWebhooks): Promise<void> {
    const sms = { smsUrl: message, smsMethod: 'POST' } as const;
    if (isShortCode(sid)) {
      await this.client.shortCodes(sid).update(sms);
      return;
    }
    const voice = { voiceUrl: call, voiceMethod: 'POST', voiceApplicationSid: '' } as const;
    await this.client.incomingPhoneNumbers(sid).update({ ...sms, smsApplicationSid: '', ...voice });
  }

  /** Null for what Twilio does not know. */
  async #find<Found>(ask: () => Promise<Found>): Promise<Found | null> {
    try {
      return await ask();
    } catch (error) {
      if (isNotFound(error)) return null;
      throw translateError(error, true);
    }
  }

  async #repeatably<Result>(ask: () => Promise<Result>): Promise<Result> {
    try {
      return await ask();
    } catch (error) {
      throw translateError(error, true);
    }
  }

  #sent({ sid, status, uri }: { sid: string; status: string; uri: string }): SentMessage {
    return { sid, status, url: (this.access.baseUrl ?? OWN_PLACE) + uri };
  }
}
