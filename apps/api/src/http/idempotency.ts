import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Idempotency } from '#event-store';
import { RequestError } from '#wire';

/** The first one that is there counts. */
export const IDEMPOTENCY_HEADERS = ['I-Twilio-Idempotency-Token', 'Idempotency-Key'];
export const MAX_KEY_LENGTH = 255;

/** As Node spells them. */
const HEADERS = IDEMPOTENCY_HEADERS.map((name) => name.toLowerCase());

/**
 * The caller's own name for a POST: sent again, it has no second effect and is answered with what the first one made.
 * Twilio's java SDK repeats POSTs after any 5xx, so this is what keeps those from doubling.
 */
export function idempotency(request: FastifyRequest, accountSid: string): Idempotency | null {
  if (request.method !== 'POST') return null;
  const key = HEADERS.map((name) => request.headers[name]).find((value) => typeof value === 'string');
  if (key === undefined) return null;
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw new RequestError('bad-request', `An idempotency key has 1 to ${MAX_KEY_LENGTH} characters.`);
  }
  return {
    commandId: digest([accountSid, key]),
    // The route and its parameters, not the path: a trailing slash or the case of a SID makes no other request.
    fingerprint: digest([request.routeOptions.url, sorted(request.params), sorted(request.body)]),
  };
}

function sorted(value: unknown): unknown[] {
  return Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
