import { z } from 'zod';
import { type DomainError, type DomainErrorCode } from '#domain';
import { type RequestError, type RequestErrorCode } from './request-error.js';
import { answer } from './resource-schema.js';

interface Reply {
  readonly status: number;
  /** Twilio's error code. */
  readonly code: number;
  /** Twilio's own words where its callers may look for them; else those of the error. */
  readonly message?: string;
}

/**
 * Every refusal, and how Twilio's API says it (contract §9.8 and §10). A new code does not compile until it is
 * answered here. 413 and 417 have no Twilio code of their own; 20413 and
 * 20417 follow the pattern of their neighbours.
 */
const replies: Record<DomainErrorCode | RequestErrorCode, Reply> = {
  'account-exists': { status: 409, code: 20409 },
  'account-not-found': { status: 404, code: 20404 },
  'alert-not-found': { status: 404, code: 20404 },
  'api-key-limit': { status: 400, code: 20001 },
  'api-key-not-found': { status: 404, code: 20404 },
  'bad-request': { status: 400, code: 20001 },
  'body-too-large': { status: 413, code: 20413, message: 'Request body is too large' },
  'callback-url-missing': { status: 400, code: 20001 },
  'carrier-refused': {
    status: 400,
    code: 80613,
    message: 'A downstream service rejected a request from Proxy on your behalf.',
  },
  'carrier-unavailable': {
    status: 500,
    code: 80502,
    message: 'A downstream server failed or refused to process a request.',
  },
  'consumer-exists': { status: 409, code: 20409 },
  'consumer-invalid': { status: 400, code: 20001 },
  'consumer-not-found': { status: 404, code: 20404 },
  'dead-letter-asked': { status: 409, code: 20409 },
  'dead-letter-not-found': { status: 404, code: 20404 },
  'delivery-erased': { status: 409, code: 20409 },
  'delivery-not-found': { status: 404, code: 20404 },
  'delivery-pending': { status: 409, code: 20409 },
  'expectation-failed': { status: 417, code: 20417, message: 'Expectation Failed' },
  forbidden: { status: 403, code: 20403, message: 'Forbidden' },
  'event-type-unknown': { status: 400, code: 20001 },
  'idempotency-key-reused': { status: 409, code: 20409 },
  'identifier-invalid': {
    status: 400,
    code: 80404,
    message: 'Participant identifier provided does not appear to be a valid, reachable phone number.',
  },
  'identifier-unsupported': {
    status: 400,
    code: 80616,
    message: 'The identifier is not compatible with the session mode.',
  },
  'interaction-not-found': { status: 404, code: 20404 },
  'legal-hold': { status: 403, code: 80615 },
  'legal-hold-exists': { status: 409, code: 20409 },
  'legal-hold-not-found': { status: 404, code: 20404 },
  'method-not-allowed': { status: 405, code: 20004, message: 'Method not allowed' },
  'no-message-number': { status: 400, code: 80202 },
  'no-number': { status: 400, code: 80206 },
  'no-number-for-country': { status: 400, code: 80203 },
  'no-number-in-pool': { status: 400, code: 80205 },
  'no-unreserved-number': { status: 400, code: 80207 },
  'no-unused-number': { status: 400, code: 80208 },
  'no-voice-number': { status: 400, code: 80201 },
  overloaded: { status: 503, code: 20503, message: 'Service Unavailable' },
  'page-out-of-range': { status: 400, code: 20006, message: 'Page number out of range' },
  'parameter-invalid': { status: 400, code: 80701 },
  'participant-conflict': {
    status: 409,
    code: 80623,
    message: 'Possible duplicate Participant created in multiple Sessions.',
  },
  'participant-in-session': {
    status: 400,
    code: 80103,
    message: 'Participant has already been added to Session',
  },
  'participant-not-found': { status: 404, code: 20404 },
  'participant-removed': { status: 400, code: 80612, message: 'Duplicate Entry' },
  'phone-number-in-other-service': {
    status: 400,
    code: 80101,
    message: 'PhoneNumber has already been added to another Service',
  },
  'phone-number-in-service': {
    status: 400,
    code: 80104,
    message: 'PhoneNumber has already been added to Service',
  },
  'phone-number-in-use': { status: 400, code: 80611, message: 'Proxy Number In Active Sessions' },
  'phone-number-invalid': { status: 400, code: 80406, message: 'Invalid Phone Number Did' },
  'phone-number-not-found': { status: 404, code: 20404 },
  'phone-number-not-owned': {
    status: 400,
    code: 80301,
    message: 'Phone Number Sid is not associated with your Account.',
  },
  'phone-number-sid-invalid': { status: 400, code: 80407, message: 'Invalid Phone Number Sid' },
  'phone-number-unavailable': {
    status: 400,
    code: 80601,
    message: 'PhoneNumber is not available. It may be bound to a number pool.',
  },
  'pool-full': { status: 400, code: 80622 },
  'proxy-identifier-invalid': {
    status: 400,
    code: 80402,
    message: 'Invalid Identifier and Proxy Identifier pair',
  },
  'proxy-identifier-moved': {
    status: 409,
    code: 80623,
    message: 'The numbers of the Service are being changed at this moment.',
  },
  'proxy-identifier-not-in-service': {
    status: 400,
    code: 80605,
    message: 'Proxy identifier not associated with service.',
  },
  'proxy-identifier-not-owned': {
    status: 400,
    code: 80606,
    message: 'Proxy identifier not owned by account.',
  },
  'proxy-identifier-taken': {
    status: 400,
    code: 80604,
    message: 'Proxy identifier already in use with requested identifier.',
  },
  'proxy-identifier-unknown': {
    status: 400,
    code: 80304,
    message: 'Unmanaged Proxy Identifier not found.',
  },
  'rate-limited': { status: 429, code: 20429, message: 'Too Many Requests' },
  'resource-not-found': { status: 404, code: 20404 },
  'secondary-token-exists': { status: 409, code: 20409 },
  'secondary-token-not-found': { status: 404, code: 20404 },
  'service-name-taken': { status: 400, code: 80602, message: 'Service UniqueName must be unique.' },
  'service-not-found': { status: 404, code: 20404 },
  'session-closed': { status: 400, code: 80607, message: 'Session is closed and cannot be updated' },
  'session-name-not-found': {
    status: 404,
    code: 80308,
    message: 'Session with the unique name not found',
  },
  'session-name-taken': { status: 400, code: 80603, message: 'Session UniqueName must be unique' },
  'session-not-found': { status: 404, code: 20404 },
  'session-status-unsupported': { status: 400, code: 80608 },
  'short-code-in-service': {
    status: 400,
    code: 80105,
    message: 'ShortCode has already been added to Service',
  },
  'short-code-not-found': { status: 404, code: 20404 },
  'short-code-not-owned': {
    status: 400,
    code: 80303,
    message: 'Short Code Sid is not associated with your Account.',
  },
  'token-rotated': { status: 409, code: 20409 },
  'too-many-failed-logins': { status: 429, code: 20429, message: 'Too Many Requests' },
  'too-many-participants': {
    status: 400,
    code: 80609,
    message: 'A Session may have at most 2 participants',
  },
  unauthenticated: { status: 401, code: 20003, message: 'Authenticate' },
  unexpected: { status: 500, code: 20500, message: 'Internal Server Error' },
};

/** A caller who meets a full queue or a database that is away is asked to come back after so many seconds. */
export const RETRY_AFTER_SECONDS = 1;

/** Twilio's error body. Never with `type` or `title`: twilio-node 6 throws another exception class then. */
export const errorSchema = answer('Error', {
  code: z.int().min(20_000).max(99_999).meta({ description: "Twilio's error code." }),
  message: z.string(),
  more_info: z.url(),
  status: z.int().min(400).max(599),
});

export type ErrorBody = Readonly<z.infer<typeof errorSchema>>;

/** How an error is answered on `path` (as it was requested, without the query); `null` is told nothing of the cause. */
export function errorReply(error: DomainError | RequestError | null, path: string): ErrorBody {
  const { status, code, message = error?.message } = replies[error?.code ?? 'unexpected'];
  return {
    code,
    message: code === 20404 ? notFoundMessage(path) : (message ?? ''),
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  };
}

/** Twilio names the resource without its version prefix. */
function notFoundMessage(path: string): string {
  return `The requested resource ${path.replace(/^\/v1(?=\/|$)/, '')} was not found`;
}
