import type { FastifyInstance } from 'fastify';
import { maskedIdentifier } from '#domain';

/**
 * Shows read-only keys the participants of Twilio's API with masked identifiers. Here and not in each controller: what is added
 * below a path of participants later is masked as well.
 */
export function maskAnswers(server: FastifyInstance): void {
  server.addHook('preSerialization', (request, _reply, payload, done) => {
    const isMasked = request.caller?.role === 'read-only' && request.url.includes('/Participants');
    done(null, isMasked ? masked(payload) : payload);
  });
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      key === 'identifier' && typeof inner === 'string' ? maskedIdentifier(inner) : masked(inner),
    ]),
  );
}
