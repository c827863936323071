import { describe, expect, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  addPhoneNumber,
  addShortCode,
  removePhoneNumber,
  removeShortCode,
  updatePhoneNumber,
  updateShortCode,
} from './phone-number.decider.js';
import type { NewPoolNumber, PhoneNumberEvent, ShortCodeEvent } from './phone-number.events.js';
import { phoneNumberStream, poolOf, shortCodeStream } from './phone-number.state.js';

const phoneNumbers = scenario(phoneNumberStream);
const shortCodes = scenario(shortCodeStream);

const wish: NewPoolNumber = {
  accountSid: 'AC1',
  serviceSid: 'KS1',
  number: '+15005550010',
  friendlyName: '(500) 555-0010',
  isoCountry: 'US',
  capabilities: { voice: true, sms: true, mms: true, fax: false },
  isReserved: false,
};
const added: PhoneNumberEvent = { type: 'PhoneNumberAdded', data: wish };
const removed: PhoneNumberEvent = { type: 'PhoneNumberRemoved', data: {} };
const codeAdded: ShortCodeEvent = { type: 'ShortCodeAdded', data: { ...wish, number: '12345' } };

describe('a phone number', () => {
  it('comes to a pool, and again after it has left', () => {
    phoneNumbers
      .given()
      .when((number) => addPhoneNumber(number, wish))
      .then(added);
    phoneNumbers
      .given(added, removed)
      .when((number) => addPhoneNumber(number, { ...wish, serviceSid: 'KS2' }))
      .then({ type: 'PhoneNumberAdded', data: { ...wish, serviceSid: 'KS2' } });
  });

  it('is in one pool at a time', () => {
    phoneNumbers
      .given(added)
      .when((number) => addPhoneNumber(number, wish))
      .thenRefused('phone-number-in-service');
    phoneNumbers
      .given(added)
      .when((number) => addPhoneNumber(number, { ...wish, serviceSid: 'KS2' }))
      .thenRefused('phone-number-in-other-service');
  });

  it('is reserved and set free; saying so twice changes nothing', () => {
    const reserved: PhoneNumberEvent = { type: 'PhoneNumberUpdated', data: { isReserved: true } };
    phoneNumbers
      .given(added)
      .when((number) => updatePhoneNumber(number, 'KS1', true))
      .then(reserved);
    phoneNumbers
      .given(added, reserved)
      .when((number) => updatePhoneNumber(number, 'KS1', true))
      .thenNothing();
    phoneNumbers
      .given(added)
      .when((number) => updatePhoneNumber(number, 'KS1', undefined))
      .thenNothing();
  });

  it('is not there for another service, or once it has left', () => {
    phoneNumbers
      .given(added)
      .when((number) => updatePhoneNumber(number, 'KS2', true))
      .thenRefused('phone-number-not-found');
    phoneNumbers
      .given(added)
      .when((number) => removePhoneNumber(number, 'KS2'))
      .thenRefused('phone-number-not-found');
    phoneNumbers
      .given(added, removed)
      .when((number) => removePhoneNumber(number, 'KS1'))
      .thenRefused('phone-number-not-found');
  });

  it('holds itself in the account, and a place in the pool', () => {
    const number = phoneNumberStream.evolve({ status: 'absent' }, added, '2026-01-01T00:00:00.000Z');
    expect(phoneNumberStream.claims?.(number, 'PN1')).toEqual([
      { kind: 'number', key: '+15005550010' },
      { kind: 'pool', key: 'KS1/unreserved/+15005550010' },
    ]);
    const { kind, lo, hi } = poolOf('KS1', false);
    expect(kind).toBe('pool');
    expect('KS1/unreserved/+15005550010' > lo && 'KS1/unreserved/+15005550010' < hi).toBe(true);
    expect('KS1/reserved/+15005550010' > lo).toBe(false);
    expect(phoneNumberStream.claims?.({ status: 'absent' }, 'PN1')).toEqual([]);
  });

  it.each([
    ['parent', 'service-not-found'],
    ['taken', 'phone-number-in-other-service'],
    ['in_use', 'phone-number-in-use'],
    ['limit', 'pool-full'],
  ] as const)('is refused by the store in the words of the model: %s', (why, code) => {
    expect(phoneNumberStream.refusal?.(why, null, { id: 'PN1', holder: 'KC1' })).toMatchObject({ code });
  });
});

describe('a short code', () => {
  it('comes, is reserved and goes as a number does', () => {
    shortCodes
      .given()
      .when((code) => addShortCode(code, { ...wish, number: '12345' }))
      .then(codeAdded);
    shortCodes
      .given(codeAdded)
      .when((code) => addShortCode(code, wish))
      .thenRefused('short-code-in-service');
    shortCodes
      .given(codeAdded)
      .when((code) => updateShortCode(code, 'KS1', true))
      .then({ type: 'ShortCodeUpdated', data: { isReserved: true } });
    shortCodes
      .given(codeAdded)
      .when((code) => removeShortCode(code, 'KS1'))
      .then({ type: 'ShortCodeRemoved', data: {} });
    shortCodes
      .given()
      .when((code) => removeShortCode(code, 'KS1'))
      .thenRefused('short-code-not-found');
  });
});
