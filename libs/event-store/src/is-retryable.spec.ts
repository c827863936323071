import { describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { DomainError } from '#domain';
import { isRetryable } from './is-retryable.js';

/** As the driver makes them. */
function refusedBy(code: string): Error {
  return Object.assign(new Error('as the server says'), { severity: 'ERROR', code });
}

describe('isRetryable', () => {
  it.each(['08006', '08P01', '40001', '40P01', '55P03', '57P01', '57P03', '57014', '53100', '53300'])(
    'sends again what PostgreSQL refused with %s',
    (code) => {
      expect(isRetryable(refusedBy(code))).toBe(true);
    },
  );

  it.each(['23505', '22021', '22P02', '22P05', '42P01', '53400', 'P0001'])(
    'does not send again what PostgreSQL refused with %s',
    (code) => {
      expect(isRetryable(refusedBy(code))).toBe(false);
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'Query read timeout',
    'timeout exceeded when trying to connect',
  ])('sends again after the driver said: %s', (message) => {
    expect(isRetryable(new Error(message))).toBe(true);
  });

  it.each(['127.0.0.1', 'localhost'])('sends again when nobody listens on %s', async (host) => {
    // A name with several addresses fails with an AggregateError.
    const error = await new Promise((resolve) => connect({ host, port: 1 }).on('error', resolve));
    expect(isRetryable(error)).toBe(true);
  });

  it.each([
    new TypeError('a mistake'),
    new RangeError('a mistake'),
    new DomainError('overloaded', 'not of the connection'),
    'not an error',
    null,
  ])('does not take a mistake of ours for a broken connection (%#)', (error) => {
    expect(isRetryable(error)).toBe(false);
  });
});
