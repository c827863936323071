import {
  Carrier,
  type CarrierNumber,
  type LostMessage,
  type OutgoingMessage,
  type SentMessage,
} from '#carrier';
import { newSid } from '#platform';

type Answer<Asked, Answered> = (asked: Asked) => Promise<Answered>;

/** A carrier that says what the spec says, and remembers what it was asked. It has every number. */
export class ScriptedCarrier extends Carrier {
  override readonly supportsMedia = true;
  readonly asked: string[] = [];
  readonly sent: OutgoingMessage[] = [];
  /** What becomes of the next messages, in order; any further one is sent. */
  readonly sending: Answer<OutgoingMessage, SentMessage>[] = [];
  finding: Answer<LostMessage, SentMessage | null | 'unknown'> = () => Promise.resolve(null);

  override findNumber(): Promise<CarrierNumber> {
    return Promise.resolve({
      sid: newSid('PN'),
      phoneNumber: '+15005558000',
      friendlyName: '',
      isoCountry: 'US',
      capabilities: { voice: true, sms: true, mms: true, fax: false },
    });
  }

  override connectNumber(): Promise<void> {
    return Promise.resolve();
  }

  override disconnectNumber(): Promise<void> {
    return Promise.resolve();
  }

  override sendMessage(_: string, message: OutgoingMessage): Promise<SentMessage> {
    this.asked.push('send');
    const next = this.sending.shift();
    return next === undefined ? this.take(message) : next(message);
  }

  /** Has the message, whatever it says of it. */
  take(message: OutgoingMessage): Promise<SentMessage> {
    this.sent.push(message);
    return Promise.resolve({ sid: newSid('SM'), status: 'queued', url: null });
  }

  override findMessage(_: string, lost: LostMessage): Promise<SentMessage | null | 'unknown'> {
    this.asked.push('find');
    return this.finding(lost);
  }

  override webhookToken(): Promise<string> {
    return Promise.resolve('token');
  }

  override stop(): Promise<void> {
    return Promise.resolve();
  }
}
