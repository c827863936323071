import { sealWebhookSecret } from '#application';
import type { NewWebhook } from '#event-store';
import { StartError, type Config } from '#platform';
import { isWebhookSecret, newWebhookSecret } from '#wire';
import { requireMasterKey } from './master-key.js';
import { readWebhookUrl } from './read-webhook-url.js';

export interface WebhookOptions {
  readonly url?: string;
  readonly secret?: string;
  readonly ordered?: true;
  readonly personal?: true;
}

/** What was asked for, and the secret to be shown; null for a consumer that has a program of its own. */
export function readWebhookOptions(
  config: Config,
  consumer: string,
  { url, secret, ordered, personal }: WebhookOptions,
): { readonly webhook: NewWebhook; readonly secret: string } | null {
  if (url === undefined) {
    if (secret ?? ordered ?? personal) throw new StartError('--secret, --ordered and --personal need --url');
    return null;
  }
  const chosen = readSecret(secret);
  const webhook = {
    url: readWebhookUrl(url),
    secret: sealWebhookSecret(requireMasterKey(config), consumer, chosen),
    isOrdered: ordered === true,
    hasPersonal: personal === true,
  };
  return { webhook, secret: chosen };
}

/** The one that was given, or a new one. */
export function readSecret(given: string | undefined): string {
  if (given === undefined) return newWebhookSecret();
  if (isWebhookSecret(given)) return given;
  throw new StartError('--secret must be whsec_ and 24 to 64 bytes in base64');
}
