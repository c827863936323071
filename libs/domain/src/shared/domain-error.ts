/** Every reason for which the model refuses a command. How Twilio's API says it is known in one place, `libs/wire`. */
export type DomainErrorCode =
  | 'account-exists'
  | 'account-not-found'
  | 'api-key-limit'
  | 'api-key-not-found'
  | 'idempotency-key-reused'
  | 'overloaded'
  | 'parameter-invalid'
  | 'secondary-token-exists'
  | 'secondary-token-not-found'
  | 'service-name-taken'
  | 'service-not-found'
  | 'session-closed'
  | 'session-name-not-found'
  | 'session-name-taken'
  | 'session-not-found'
  | 'session-status-unsupported'
  | 'token-rotated';

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
