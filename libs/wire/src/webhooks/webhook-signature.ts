import { createHmac, randomBytes } from 'node:crypto';

// As Standard Webhooks says: https://www.standardwebhooks.com

const PREFIX = 'whsec_';

export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(32).toString('base64')}`;
}

/** Whether a text is such a secret: 24 to 64 bytes in base64, behind a prefix that tells people what they look at. */
export function isWebhookSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const { length } = keyOf(text);
  return length >= 24 && length <= 64;
}

export interface SignedMessage {
  /** The same whenever the message is sent again. Without a dot. */
  readonly id: string;
  /** Of this attempt, so that an old one that was recorded is not taken for a new one. */
  readonly seconds: number;
  readonly body: string;
}

/** The headers of a message, with a signature by each of the secrets: one of them may be about to end. */
export function webhookHeaders(
  secrets: readonly string[],
  { id, seconds, body }: SignedMessage,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const signed = `${id}.${seconds}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}
