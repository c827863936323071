/** Below which path the carrier calls us about the numbers of a service, in the layout of Twilio's own Proxy (contract §3.4). */
export function carrierWebhookPath(accountSid: string, serviceSid: string): string {
  return `/v1/Accounts/${accountSid}/Proxy/${serviceSid}/Webhooks`;
}

/** The same as a route. */
export const CARRIER_WEBHOOK_ROUTE = carrierWebhookPath(':accountSid', ':serviceSid');
