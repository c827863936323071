import type { SessionWish } from '#application';
import type { NewSession, ServiceSettings } from '#domain';
import type { EventContext } from '#event-store';
import { newSid } from '#platform';

export const accountSid = newSid('AC');

export const serviceSettings: ServiceSettings = {
  uniqueName: 'bench',
  defaultTtl: 3600,
  callbackUrl: null,
  interceptCallbackUrl: null,
  outOfSessionCallbackUrl: null,
  geoMatchLevel: 'country',
  numberSelectionBehavior: 'prefer-sticky',
  chatInstanceSid: null,
};

let created = 0;

/** What every contender creates: a session with a name of its own, so that claims are part of the command. */
export function nextWish(): SessionWish & { readonly uniqueName: string } {
  created++;
  return {
    uniqueName: `order-${created}`,
    mode: 'voice-and-message',
    ttl: 3600,
    dateExpiry: null,
    status: 'open',
  };
}

/** The same, as a decision takes it. */
export function nextSession(serviceSid: string): NewSession & { readonly uniqueName: string } {
  const { uniqueName, mode, dateExpiry } = nextWish();
  return { accountSid, serviceSid, uniqueName, mode, ttl: 3600, dateExpiry, status: 'open' };
}

/** As a request over HTTP would come with it. */
export function nextContext(): EventContext {
  const requestId = newSid('RQ');
  return {
    accountSid,
    actor: accountSid,
    requestId,
    correlationId: requestId,
    causationId: null,
    traceParent: null,
    idempotency: null,
  };
}
