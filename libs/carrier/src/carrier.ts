/** A number as the account has it at its carrier. */
export interface CarrierNumber {
  /** `PN…`, or `SC…` for a short code. */
  readonly sid: string;
  /** E.164, or the digits of a short code. */
  readonly phoneNumber: string;
  readonly friendlyName: string;
  /** Two letters of ISO 3166. */
  readonly isoCountry: string;
  readonly capabilities: Readonly<Record<'voice' | 'sms' | 'mms' | 'fax', boolean>>;
}

/** How a number is asked for. A short code is found by its digits as by any phone number. */
export type NumberName = { readonly sid: string } | { readonly phoneNumber: string };

/** Where the carrier reports what comes in for a number. Each names the account in its path. */
export interface NumberWebhooks {
  readonly message: string;
  readonly call: string;
}

/** A message as one number sends it to another. */
export interface OutgoingMessage {
  /** Names the message: the SID of our interaction. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** Where every further status of the message is reported. */
  readonly statusCallback: string;
}

/** What is known of a message whose answer was lost. `receivedAt` is when it came in here, as an ISO date: nobody can have sent it before. */
export type LostMessage = Pick<OutgoingMessage, 'key' | 'from' | 'to' | 'body'> & {
  readonly receivedAt: string;
};

export interface SentMessage {
  /** `SM…` or `MM…`. */
  readonly sid: string;
  /** In Twilio's words: `queued`, `sent`, `delivered`, … */
  readonly status: string;
  /** Where the carrier shows it; null when it has no such place. */
  readonly url: string | null;
}

/**
 * What carries calls and messages for us. Whatever it does not do is said by one of the errors beside this file; calls are
 * not placed through here, as the carrier places them itself by the TwiML that its webhook is answered with.
 */
export abstract class Carrier {
  /** Whether a message may have media. */
  abstract readonly supportsMedia: boolean;

  /** Null when the account has no such number at the carrier. */
  abstract findNumber(accountSid: string, name: NumberName): Promise<CarrierNumber | null>;

  /** Has everything that comes in for the number reported here. Doing it again with the same webhooks changes nothing. */
  abstract connectNumber(accountSid: string, sid: string, webhooks: NumberWebhooks): Promise<void>;

  /** The number stays the account's; nothing of it is reported any more. Not an error for one that is gone. */
  abstract disconnectNumber(accountSid: string, sid: string): Promise<void>;

  /** A carrier that knows idempotency sends one message for one key, however often it is asked. */
  abstract sendMessage(accountSid: string, message: OutgoingMessage): Promise<SentMessage>;

  /** After an answer was lost: the message, null when it was never sent, or that the carrier cannot tell. */
  abstract findMessage(accountSid: string, lost: LostMessage): Promise<SentMessage | null | 'unknown'>;

  /** What the carrier signs its webhooks with. Ask each time; null when nothing from this carrier can be believed. */
  abstract webhookToken(accountSid: string): Promise<string | null>;

  /** Waits for what is under way. */
  abstract stop(): Promise<void>;
}
