import { describe, expect, it } from '@jest/globals';
import { DomainError, parameterInvalid } from '#domain';
import { errorReply } from './error-reply.js';
import { RequestError } from './request-error.js';

describe('errorReply', () => {
  it('has the keys of Twilio and no others', () => {
    expect(errorReply(parameterInvalid('Ttl', 'It is negative.'), '/v1/Services')).toStrictEqual({
      code: 80701,
      message: "'Ttl' is invalid. It is negative.",
      more_info: 'https://www.twilio.com/docs/errors/80701',
      status: 400,
    });
  });

  it.each([
    ['service-name-taken', 400, 80602, 'Service UniqueName must be unique.'],
    ['session-name-taken', 400, 80603, 'Session UniqueName must be unique'],
    ['session-closed', 400, 80607, 'Session is closed and cannot be updated'],
    ['session-name-not-found', 404, 80308, 'Session with the unique name not found'],
    ['idempotency-key-reused', 409, 20409, 'as thrown'],
    [
      'identifier-invalid',
      400,
      80404,
      'Participant identifier provided does not appear to be a valid, reachable phone number.',
    ],
    ['phone-number-invalid', 400, 80406, 'Invalid Phone Number Did'],
    ['phone-number-sid-invalid', 400, 80407, 'Invalid Phone Number Sid'],
    ['too-many-participants', 400, 80609, 'A Session may have at most 2 participants'],
    ['no-unused-number', 400, 80208, 'as thrown'],
    ['overloaded', 503, 20503, 'Service Unavailable'],
  ] as const)('answers %s with %i and %i', (code, status, twilioCode, message) => {
    expect(errorReply(new DomainError(code, 'as thrown'), '/v1/x')).toMatchObject({
      status,
      code: twilioCode,
      message,
    });
  });

  it.each([
    ['/v1/Services/KS1/Sessions/KC1', '/Services/KS1/Sessions/KC1'],
    ['/v1', ''],
    ['/v12/x', '/v12/x'],
    ['/nowhere', '/nowhere'],
  ])('names the resource %s without its version', (path, shown) => {
    for (const error of [new DomainError('session-not-found', 'x'), new RequestError('resource-not-found')]) {
      expect(errorReply(error, path)).toMatchObject({
        status: 404,
        code: 20404,
        message: `The requested resource ${shown} was not found`,
      });
    }
  });

  it('says nothing of the cause of the unexpected', () => {
    expect(errorReply(null, '/v1/x')).toMatchObject({
      status: 500,
      code: 20500,
      message: 'Internal Server Error',
    });
  });
});
