import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import twilio from 'twilio';
import { formSignature, hasValidSignature, jsonSignature } from './request-signature.js';

const token = '12345678901234567890123456789012';
const url = 'https://app.example.test/hooks/proxy?x=1';
const params: [string, string][] = [
  ['interactionSid', `KI${'6'.repeat(32)}`],
  ['interactionType', 'Message'],
  ['interactionData', '{"body":"hi"}'],
  ['inboundResourceStatus', 'delivered'],
];

describe('formSignature', () => {
  it('is what Twilio computes', () => {
    expect(formSignature(token, url, params)).toBe('uVjESRWrc+TGhKYzahFkbS0XtLw=');
  });

  it('does not depend on the order of the parameters', () => {
    expect(formSignature(token, url, [...params].reverse())).toBe(formSignature(token, url, params));
  });

  it('counts a value that is repeated once, and values of one name in their order', () => {
    const once = formSignature(token, url, [
      ['MediaUrl', 'a'],
      ['MediaUrl', 'b'],
    ]);
    expect(
      formSignature(token, url, [
        ['MediaUrl', 'b'],
        ['MediaUrl', 'a'],
        ['MediaUrl', 'b'],
      ]),
    ).toBe(once);
    expect(formSignature(token, url, [['MediaUrl', 'a']])).not.toBe(once);
  });

  it("is accepted by Twilio's own validator, whatever is sent", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_]{1,12}$/);
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 1 }))),
        (form) => {
          const entries = Object.entries(form).flatMap(([key, value]) =>
            [value].flat().map((one): [string, string] => [key, one]),
          );
          expect(twilio.validateRequest(token, formSignature(token, url, entries), url, form)).toBe(true);
        },
      ),
    );
  });
});

describe('jsonSignature', () => {
  it('is what Twilio computes, over a URL that carries the hash of the body', () => {
    expect(jsonSignature(token, url, '{"a":1}')).toEqual({
      url: `${url}&bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862`,
      signature: 'o8E9haJHFL0VW2lxnQBAsKO6AkQ=',
    });
  });

  it("is accepted by Twilio's own validator for a URL without a query", () => {
    const body = '{"a":1}';
    const signed = jsonSignature(token, 'https://app.example.test/hooks', body);
    expect(signed.url).toMatch(/^https:\/\/app\.example\.test\/hooks\?bodySHA256=[0-9a-f]{64}$/);
    expect(twilio.validateRequestWithBody(token, signed.signature, signed.url, body)).toBe(true);
  });
});

describe('hasValidSignature', () => {
  const signature = formSignature(token, url, params);
  const request = { token, url, params, signature };

  it('is so for the token, the URL and the parameters that were signed', () => {
    expect(hasValidSignature(request)).toBe(true);
  });

  it.each([
    ['another token', { token: `${token.slice(1)}0` }],
    ['another path', { url: 'https://app.example.test/hooks/proxy2?x=1' }],
    ['another query', { url: 'https://app.example.test/hooks/proxy?x=2' }],
    ['another host', { url: 'https://app.example.test.evil/hooks/proxy?x=1' }],
    ['another scheme', { url: 'http://app.example.test/hooks/proxy?x=1' }],
    ['another value', { params: [...params.slice(1), ['interactionSid', 'KI7']] as [string, string][] }],
    ['one parameter more', { params: [...params, ['x', '']] as [string, string][] }],
    ['one parameter less', { params: params.slice(1) }],
    ['no signature', { signature: '' }],
    ['half a signature', { signature: signature.slice(0, 14) }],
    ['a longer signature', { signature: `${signature}=` }],
    ['what is no signature', { signature: '😀'.repeat(7) }],
  ])('is not so for %s', (_, change) => {
    expect(hasValidSignature({ ...request, ...change })).toBe(false);
  });

  it.each([
    ['https://a.test/x', 'https://a.test:443/x'],
    ['https://a.test', 'https://a.test:443'],
    ['http://a.test?x=1', 'http://a.test:80?x=1'],
    ['http://[::1]/x', 'http://[::1]:80/x'],
    ['https://a.test/x%2fy:1/?q=:2', 'https://a.test:443/x%2fy:1/?q=:2'],
  ])('takes %s and %s for the same URL', (short, long) => {
    for (const [signed, called] of [
      [short, long],
      [long, short],
      [short, short],
      [long, long],
    ] as const) {
      const made = formSignature(token, signed, params);
      expect(hasValidSignature({ token, url: called, params, signature: made })).toBe(true);
    }
  });

  it('takes a URL with a port of its own whether it was signed with it or without', () => {
    for (const signed of ['https://a.test:8443/x', 'https://a.test/x']) {
      const made = formSignature(token, signed, params);
      expect(hasValidSignature({ token, url: 'https://a.test:8443/x', params, signature: made })).toBe(true);
    }
    const other = formSignature(token, 'https://a.test:443/x', params);
    expect(hasValidSignature({ token, url: 'https://a.test:8443/x', params, signature: other })).toBe(false);
  });
});
