import type { Carrier } from '#carrier';
import { phoneNumberStream, shortCodeStream } from '#domain';
import type { EventStore } from '#event-store';
import { inboundWebhooks } from '../inbound/webhooks.js';
import { isShortCode } from './number-kind.js';

interface AccountNumber {
  readonly accountSid: string;
  readonly numberSid: string;
}

/**
 * Has the carrier report what comes in for a number to the service in whose pool it is, and nothing of a number in no pool. Looks
 * again afterwards, and goes on until both agree: others may have moved the number meanwhile.
 */
export async function connectWherePooled(
  events: EventStore,
  carrier: Carrier,
  number: AccountNumber,
  baseUrl: string,
): Promise<void> {
  const { accountSid, numberSid } = number;
  let told = await serviceOf(events, number);
  for (;;) {
    await (told === null
      ? carrier.disconnectNumber(accountSid, numberSid)
      : carrier.connectNumber(accountSid, numberSid, inboundWebhooks(baseUrl, accountSid, told)));
    const now = await serviceOf(events, number);
    if (now === told) return;
    told = now;
  }
}

/** In whose pool the number is; null for none. */
export async function serviceOf(
  events: EventStore,
  { accountSid, numberSid }: AccountNumber,
): Promise<string | null> {
  const { state } = await (isShortCode(numberSid)
    ? events.load(shortCodeStream, numberSid, accountSid)
    : events.load(phoneNumberStream, numberSid, accountSid));
  return state.status === 'pooled' ? state.serviceSid : null;
}
