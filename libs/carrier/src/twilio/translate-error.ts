import { nameError } from '#platform';
import { CarrierRefused, CarrierUnavailable, CarrierUncertain } from '../carrier-errors.js';

/** No connection came about, so nothing was sent: what Node calls that, and what is wrong with certificates. */
const UNSENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|DEPTH_ZERO_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * What Twilio's client throws, as one of the carrier's errors. Its messages stay here, for they name numbers. A request that
 * `isRepeatable` does no harm when it is sent twice, so that it never matters whether it arrived.
 */
export function translateError(error: unknown, isRepeatable: boolean): Error {
  if (error instanceof CarrierUnavailable) return error;
  const status = numberOf(error, 'status');
  if (status === null) {
    const code = textOf(error, 'code');
    return isRepeatable || UNSENT.test(code)
      ? new CarrierUnavailable(nameError(error))
      : new CarrierUncertain(nameError(error));
  }
  // Wrong credentials are the operator's to put right: it may work later.
  if (status === 401) return new CarrierUnavailable('status 401');
  if (status >= 400 && status < 500) {
    return new CarrierRefused(numberOf(error, 'code') ?? status, `status ${status}`);
  }
  // Twilio or what stands before it failed half-way.
  return isRepeatable ? new CarrierUnavailable(`status ${status}`) : new CarrierUncertain(`status ${status}`);
}

export function isNotFound(error: unknown): boolean {
  return numberOf(error, 'status') === 404;
}

function numberOf(error: unknown, key: string): number | null {
  const value: unknown = error instanceof Error ? Reflect.get(error, key) : null;
  return typeof value === 'number' ? value : null;
}

function textOf(error: unknown, key: string): string {
  const value: unknown = error instanceof Error ? Reflect.get(error, key) : null;
  return typeof value === 'string' ? value : '';
}
