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
  'api-key-limit': { status: 400, code: 20001 },
  'api-key-not-found': { status: 404, code: 20404 },
  'bad-request': { status: 400, code: 20001 },
  'body-too-large': { status: 413, code: 20413, message: 'Request body is too large' },
  'expectation-failed': { status: 417, code: 20417, message: 'Expectation Failed' },
  'idempotency-key-reused': { status: 409, code: 20409 },
  'method-not-allowed': { status: 405, code: 20004, message: 'Method not allowed' },
  overloaded: { status: 503, code: 20503, message: 'Service Unavailable' },
  'page-out-of-range': { status: 400, code: 20006, message: 'Page number out of range' },
  'parameter-invalid': { status: 400, code: 80701 },
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
  'token-rotated': { status: 409, code: 20409 },
  'too-many-failed-logins': { status: 429, code: 20429, message: 'Too Many Requests' },
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
