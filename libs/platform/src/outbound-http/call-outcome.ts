import { types } from 'node:util';
import { errors } from 'undici';
import type { RetryPolicy } from './call-target.js';

/** Why a call brought no answer; a word, for what went over the wire may be personal. */
export type CallFailure =
  | 'refused-address'
  | 'unknown-host'
  | 'unreachable'
  | 'connect-timeout'
  | 'tls'
  | 'read-timeout'
  | 'total-timeout'
  | 'connection-lost'
  | 'invalid-answer'
  | 'too-large'
  | 'shutting-down';

export interface CallAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly contentType: string | null;
  /** Empty when only the status was asked for. */
  readonly body: Uint8Array;
}

/** What became of a call. Whoever is called, and whatever they do, it is a value. */
export type CallOutcome = CallAnswer | { readonly kind: 'failed'; readonly reason: CallFailure };

/** Under which of Twilio's policies an outcome is worth another attempt; null when it is not, whatever the policy. */
export function retryPolicyFor(outcome: CallOutcome): RetryPolicy | null {
  if (outcome.kind === 'answered') {
    if (outcome.status >= 500) return '5xx';
    return outcome.status >= 400 ? '4xx' : null;
  }
  switch (outcome.reason) {
    case 'unknown-host':
    case 'unreachable':
    case 'connect-timeout':
    case 'tls':
      return 'ct';
    case 'read-timeout':
    case 'connection-lost':
      return 'rt';
    case 'refused-address':
    case 'total-timeout':
    case 'invalid-answer':
    case 'too-large':
    case 'shutting-down':
      return null;
  }
}

/** Thrown where a connection would be made to an address that may not be called. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';

  constructor() {
    super('an address that may not be called');
  }
}

const BY_CODE: Readonly<Record<string, CallFailure>> = {
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  EAI_FAIL: 'unknown-host',
  EAI_NODATA: 'unknown-host',
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  EPROTO: 'tls',
  UND_ERR_HEADERS_OVERFLOW: 'invalid-answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'invalid-answer',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too-large',
  UND_ERR_CLOSED: 'shutting-down',
  UND_ERR_DESTROYED: 'shutting-down',
};

/** Of the certificate, and of the handshake; OpenSSL has dozens. */
const TLS_CODE = /CERT|^ERR_TLS_|^ERR_SSL_|^UNABLE_TO_|^HOSTNAME_MISMATCH$/;

export function failureOf(error: unknown): CallFailure {
  if (error instanceof RefusedAddress) return 'refused-address';
  if (error instanceof errors.HTTPParserError) return 'invalid-answer';
  // With several addresses there are several errors; Node gives their AggregateError the code of the first.
  const code: unknown = types.isNativeError(error) ? Reflect.get(error, 'code') : null;
  if (typeof code !== 'string') return 'connection-lost';
  return BY_CODE[code] ?? (TLS_CODE.test(code) ? 'tls' : 'connection-lost');
}
