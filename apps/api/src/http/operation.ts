import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, type ApiResponseNoStatusOptions } from '@nestjs/swagger';
import type { z } from 'zod';
import { errorSchema, RETRY_AFTER_SECONDS } from '#wire';
import { IDEMPOTENCY_HEADERS, MAX_KEY_LENGTH } from './idempotency.js';

const answers = { 200: 'OK', 201: 'Created', 204: 'Deleted' };

/** What the statuses of `error-reply.ts` say, with Twilio's codes. */
const refusals = {
  400: {
    description:
      'A parameter is missing or invalid (80701; for a number, its SID or an identifier 80404, 80406, 80407), no number is left for a participant (80201 to 80208), or what was asked is refused (20001, 20006, 80101 to 80105, 80301 to 80304, 80402, 80601 to 80616, 80622).',
  },
  401: {
    description: 'The credentials are missing or wrong (20003).',
    headers: { 'WWW-Authenticate': { schema: { type: 'string' } } },
  },
  403: {
    description:
      'The role of the API key does not reach so far (20403), or what would be deleted is on legal hold (80615).',
  },
  404: {
    description:
      'There is no such resource in the account (20404, or 80308 for the unique name of a session).',
  },
  409: {
    description:
      'The idempotency key was used for another request (20409), or the same person is being added elsewhere at this moment (80623): ask again.',
  },
  413: { description: 'The body is too large (20413).' },
  429: {
    description:
      'Too many wrong passwords came from this address, or too many requests to one endpoint of one service (20429).',
    headers: {
      'Retry-After': {
        description: 'Seconds until it is worth asking again.',
        schema: { type: 'integer', example: 6 },
      },
    },
  },
  500: { description: 'Something unforeseen happened (20500), or the carrier is away (80502).' },
  503: {
    description: 'Too much to do, or the database is away (20503).',
    headers: {
      'Retry-After': {
        description: 'Seconds until it is worth asking again.',
        schema: { type: 'integer', example: RETRY_AFTER_SECONDS },
      },
    },
  },
} satisfies Record<number, ApiResponseNoStatusOptions>;
type Refusal = keyof typeof refusals;

/**
 * How a route answers, and the same for OpenAPI: in Twilio's words what it does, its status, the schema of its body,
 * and why it may refuse (anything may, with 401, 429, 500 and 503). A route with 409 takes an idempotency key.
 */
export function Operation(
  summary: string,
  status: keyof typeof answers,
  schema: z.ZodType | null,
  ...reasons: Refusal[]
) {
  const all: Refusal[] = [...reasons, 401, 429, 500, 503];
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary }),
    ApiResponse({
      status,
      description: answers[status],
      ...(schema === null ? {} : { standardSchema: schema }),
    }),
    ...all.map((reason) => ApiResponse({ ...refusals[reason], status: reason, standardSchema: errorSchema })),
    ...(reasons.includes(409) ? IDEMPOTENCY_HEADERS.map(idempotencyHeader) : []),
  );
}

/** Why a route that takes no idempotency key refuses with 409 (20409): what it was asked for is so already, or cannot be any more. */
export const Conflict = (description: string) =>
  ApiResponse({ status: 409, description: `${description} (20409).`, standardSchema: errorSchema });

function idempotencyHeader(name: string) {
  return ApiHeader({
    name,
    required: false,
    description:
      'A request that is sent again with the same key has no second effect and is answered with what the first one made.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH },
  });
}
