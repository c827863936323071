import type { FastifyInstance } from 'fastify';
import { isPersonalParameter } from '#wire';
import { veilPersonal, veilUrl } from './veil-personal.js';

/** As REST and as events name them. */
const callbackUrl = /^(?:\w*callback_url|\w*[cC]allbackUrl|webhook_url)$/;

/** The answer is one to a callback: the server of a customer may repeat what it was told. */
const personal = new Set(['identifier', 'answer']);

/**
 * Veils for read-only keys what answers tell about people, and the logins in callback URLs, by the names of the fields. Here and not
 * in each controller: what is added later is veiled as well. A stream of events passes no hook and asks for `masked` itself.
 */
export function maskAnswers(server: FastifyInstance): void {
  server.addHook('preSerialization', (request, _reply, payload, done) => {
    done(null, request.caller?.role === 'read-only' ? masked(payload) : payload);
  });
}

export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  const kind = kindOf(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      isPersonal(key, inner, kind)
        ? veilPersonal(inner, key === 'identifier')
        : withoutLogin(key, inner, kind),
    ]),
  );
}

/** What an answer, or a part of it, is about: some names of fields mean different things. */
type Kind = 'person' | 'hold' | 'attempt' | null;

function kindOf(value: object): Kind {
  if ('identifier' in value) return 'person';
  if ('placed_by' in value) return 'hold';
  return 'milliseconds' in value ? 'attempt' : null;
}

function withoutLogin(key: string, value: unknown, kind: Kind): unknown {
  // Of an attempt it is where the callback went; all else has its own in this API there.
  const isCallback = callbackUrl.test(key) || (key === 'url' && kind === 'attempt');
  return isCallback && typeof value === 'string' ? veilUrl(value) : masked(value);
}

function isPersonal(key: string, value: unknown, kind: Kind): boolean {
  if (personal.has(key) || isPersonalParameter(key)) return true;
  // Numbers and API keys have names too.
  if (key === 'friendly_name') return kind === 'person';
  // Why something is held may name somebody; why a delivery failed does not.
  if (key === 'reason') return kind === 'hold';
  // Of an interaction; that of an event is an object.
  return key === 'data' && typeof value === 'string';
}
