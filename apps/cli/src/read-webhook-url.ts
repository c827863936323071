import { reachesHost, StartError } from '#platform';

const longest = 2048;

/** Where events go: in plain HTTP only to this machine or a network of one's own. */
export function readWebhookUrl(text: string): string {
  const url = URL.canParse(text) && text.length <= longest ? new URL(text) : null;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new StartError(`--url ${text} is no https URL`);
  // Addresses of clouds' metadata and the like are never called.
  if (!reachesHost('private', text)) throw new StartError('--url leads where nothing is ever told');
  if (url.protocol === 'https:') return text;
  if (!reachesHost('public', text)) return text;
  throw new StartError('--url must be an https URL: what is told would be readable on its way');
}
