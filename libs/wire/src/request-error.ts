/** What HTTP itself gives reason to refuse, before the model is asked. */
export type RequestErrorCode =
  | 'bad-request'
  | 'body-too-large'
  | 'expectation-failed'
  | 'forbidden'
  | 'method-not-allowed'
  | 'page-out-of-range'
  | 'rate-limited'
  | 'resource-not-found'
  | 'too-many-failed-logins'
  | 'unauthenticated'
  | 'unexpected';

/** The message reaches the caller: no personal data in it. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly code: RequestErrorCode,
    message: string = code,
  ) {
    super(message);
  }
}
