import type { NumberWebhooks } from '#carrier';

// What the carrier calls, in the layout of Twilio's own Proxy (contract §3.4), below the address of this API.

function webhooksOf(baseUrl: string, accountSid: string, serviceSid: string): string {
  return `${baseUrl}/v1/Accounts/${accountSid}/Proxy/${serviceSid}/Webhooks`;
}

/** Where a number reports what comes in for it. */
export function inboundWebhooks(baseUrl: string, accountSid: string, serviceSid: string): NumberWebhooks {
  const webhooks = webhooksOf(baseUrl, accountSid, serviceSid);
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
  const webhooks = webhooksOf(baseUrl, accountSid, serviceSid);
  const query = `?interaction=${interactionSid}`;
  return {
    messageStatus: `${webhooks}/MessageStatus${query}`,
    callStatus: `${webhooks}/CallStatus${query}`,
    dialComplete: `${webhooks}/DialComplete${query}`,
  };
}
