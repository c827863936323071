import { describe, expect, it } from '@jest/globals';
import { failureOf, RefusedAddress } from './call-outcome.js';

describe('failureOf', () => {
  it.each([
    ['ENOTFOUND', 'unknown-host'],
    ['EAI_AGAIN', 'unknown-host'],
    ['ECONNREFUSED', 'unreachable'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'connect-timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect-timeout'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['EPROTO', 'tls'],
    ['UND_ERR_HEADERS_OVERFLOW', 'invalid-answer'],
    ['UND_ERR_DESTROYED', 'shutting-down'],
    ['ECONNRESET', 'connection-lost'],
    ['UND_ERR_SOCKET', 'connection-lost'],
    ['SOMETHING_NEW', 'connection-lost'],
  ])('takes %s for %s', (code, failure) => {
    expect(failureOf(Object.assign(new Error('of somebody'), { code }))).toBe(failure);
  });

  it.each([[new Error('without a code')], [Object.assign(new Error(''), { code: 7 })], ['no error'], [null]])(
    'has a word for whatever is thrown: %p',
    (error) => {
      expect(failureOf(error)).toBe('connection-lost');
    },
  );

  it('knows its own refusal', () => {
    expect(failureOf(new RefusedAddress())).toBe('refused-address');
  });
});
