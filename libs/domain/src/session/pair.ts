import { below } from '../shared/claim-range.js';
import type { ClaimRange } from '../shared/stream.js';

// A pair is a proxy number and the identifier of a participant who uses it. At most one active session may have it, for it is
// all that is known of who calls or texts. Keys start with the service, and with the number before the person: all pairs of a
// number are one range.

export function pairKey(serviceSid: string, proxyIdentifier: string, identifier: string): string {
  return `${serviceSid}/${proxyIdentifier}/${identifier}`;
}

/** Every pair of a proxy number: empty when no active session uses it. */
export function pairsOf(serviceSid: string, proxyIdentifier: string): ClaimRange {
  return below('pair', `${serviceSid}/${proxyIdentifier}`);
}
