import type { Store } from '#application';
import type { Carrier } from '#carrier';
import { addPhoneNumber, addShortCode, phoneNumberStream, shortCodeStream } from '#domain';
import type { EventContext } from '#event-store';
import { carrierWebhookPath } from '#wire';

interface Place {
  readonly sid: string;
  readonly accountSid: string;
  readonly context: EventContext;
}

/** Puts numbers and short codes into the pool of a service, connected to the carrier, without HTTP; answers their SIDs. */
export async function testPool(
  { events }: Pick<Store, 'events'>,
  carrier: Carrier,
  service: Place,
  numbers: readonly string[],
): Promise<string[]> {
  const sids: string[] = [];
  for (const phoneNumber of numbers) sids.push(await add(events, carrier, service, phoneNumber));
  return sids;
}

async function add(
  events: Store['events'],
  carrier: Carrier,
  { sid: serviceSid, accountSid, context }: Place,
  name: string,
): Promise<string> {
  const found = await carrier.findNumber(accountSid, { phoneNumber: name });
  if (found === null) throw new Error('the carrier has no such number');
  const { sid, phoneNumber: number, friendlyName, isoCountry, capabilities } = found;
  const path = `http://127.0.0.1:1${carrierWebhookPath(accountSid, serviceSid)}`;
  await carrier.connectNumber(accountSid, sid, { message: `${path}/Message`, call: `${path}/Call` });
  const wish = {
    accountSid,
    serviceSid,
    number,
    friendlyName,
    isoCountry,
    capabilities,
    isReserved: false,
  };
  if (sid.startsWith(shortCodeStream.prefix)) {
    await events.change(shortCodeStream, sid, context, (code) => addShortCode(code, wish));
  } else {
    await events.change(phoneNumberStream, sid, context, (pooled) => addPhoneNumber(pooled, wish));
  }
  return sid;
}
