/** Every reason for which the model refuses a command. How Twilio's API says it is known in one place, `libs/wire`. */
export type DomainErrorCode =
  | 'account-exists'
  | 'account-not-found'
  | 'alert-not-found'
  | 'api-key-limit'
  | 'api-key-not-found'
  | 'callback-url-missing'
  | 'carrier-refused'
  | 'carrier-unavailable'
  | 'consumer-exists'
  | 'consumer-invalid'
  | 'consumer-not-found'
  | 'dead-letter-asked'
  | 'dead-letter-not-found'
  | 'delivery-erased'
  | 'delivery-not-found'
  | 'delivery-pending'
  | 'event-type-unknown'
  | 'idempotency-key-reused'
  | 'identifier-invalid'
  | 'identifier-unsupported'
  | 'interaction-not-found'
  | 'legal-hold'
  | 'legal-hold-exists'
  | 'legal-hold-not-found'
  | 'no-message-number'
  | 'no-number'
  | 'no-number-for-country'
  | 'no-number-in-pool'
  | 'no-unreserved-number'
  | 'no-unused-number'
  | 'no-voice-number'
  | 'overloaded'
  | 'parameter-invalid'
  | 'participant-conflict'
  | 'participant-in-session'
  | 'participant-not-found'
  | 'participant-removed'
  | 'phone-number-in-other-service'
  | 'phone-number-in-service'
  | 'phone-number-in-use'
  | 'phone-number-invalid'
  | 'phone-number-not-found'
  | 'phone-number-not-owned'
  | 'phone-number-sid-invalid'
  | 'phone-number-unavailable'
  | 'pool-full'
  | 'proxy-identifier-invalid'
  | 'proxy-identifier-moved'
  | 'proxy-identifier-not-in-service'
  | 'proxy-identifier-not-owned'
  | 'proxy-identifier-taken'
  | 'proxy-identifier-unknown'
  | 'secondary-token-exists'
  | 'secondary-token-not-found'
  | 'service-name-taken'
  | 'service-not-found'
  | 'session-closed'
  | 'session-name-not-found'
  | 'session-name-taken'
  | 'session-not-found'
  | 'session-status-unsupported'
  | 'short-code-in-service'
  | 'short-code-not-found'
  | 'short-code-not-owned'
  | 'token-rotated'
  | 'too-many-participants';

/** A refusal. The message may reach the caller: no personal data in it. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: DomainErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Refuses a parameter in the form of Twilio's error 80701. */
export function parameterInvalid(parameter: string, why: string): DomainError {
  return new DomainError('parameter-invalid', `'${parameter}' is invalid. ${why}`);
}

const GONE: ReadonlySet<DomainErrorCode> = new Set([
  'interaction-not-found',
  'participant-not-found',
  'service-not-found',
  'session-not-found',
]);

/** Whether it was refused because what it is about was deleted, by itself or with what is above it. */
export function isGone(error: unknown): boolean {
  return error instanceof DomainError && GONE.has(error.code);
}
