import type { Twilio } from 'twilio';
import { CarrierUnavailable } from '../carrier-errors.js';

export interface TwilioAccess {
  readonly accountSid: string;
  readonly authToken: string;
  /** Null for Twilio's own place. */
  readonly baseUrl: string | null;
  /** Milliseconds that a request may take. */
  readonly patience: number;
}

/** Twilio's own client. Imported only when it is needed: it takes longer to load than most of Maskline. */
export async function openTwilio({
  accountSid,
  authToken,
  baseUrl,
  patience,
}: TwilioAccess): Promise<Twilio> {
  const { default: twilio } = await import('twilio');
  const httpClient = new twilio.RequestClient({ timeout: patience });
  // Twilio's errors leave out when it is worth asking again.
  httpClient.axios.interceptors.response.use((answer) => {
    // A 503 to what must not be sent twice leaves open what was done: `translateError` says so.
    const isUndone = answer.status === 429 || (answer.status === 503 && answer.config.method === 'get');
    if (isUndone) {
      throw new CarrierUnavailable(`status ${answer.status}`, milliseconds(answer.headers['retry-after']));
    }
    return answer;
  });
  const client = twilio(accountSid, authToken, { httpClient });
  if (baseUrl !== null) client.api.baseUrl = baseUrl;
  return client;
}

/** Of a header in seconds; null for anything else. */
function milliseconds(retryAfter: unknown): number | null {
  return typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : null;
}
