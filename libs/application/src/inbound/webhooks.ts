import type { NumberWebhooks } from '#carrier';
import { carrierWebhookPath } from '#wire';

// What the carrier calls, below the address of this API.

/** Where a number reports what comes in for it. */
export function inboundWebhooks(baseUrl: string, accountSid: string, serviceSid: string): NumberWebhooks {
  const webhooks = `${baseUrl}${carrierWebhookPath(accountSid, serviceSid)}`;
  return { message: `${webhooks}/Message`, call: `${webhooks}/Call` };
}

export interface InteractionPlace {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly interactionSid: string;
}

/** Where the carrier reports what becomes of a leg: each carries the interaction, so that a report finds it by itself. */
export function statusWebhooks(
  baseUrl: string,
  { accountSid, serviceSid, interactionSid }: InteractionPlace,
) {
  const webhooks = `${baseUrl}${carrierWebhookPath(accountSid, serviceSid)}`;
  const query = `?interaction=${interactionSid}`;
  return {
    messageStatus: `${webhooks}/MessageStatus${query}`,
    callStatus: `${webhooks}/CallStatus${query}`,
    dialComplete: `${webhooks}/DialComplete${query}`,
  };
}
