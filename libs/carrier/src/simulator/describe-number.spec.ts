import { describe, expect, it } from '@jest/globals';
import { describeNumber, isPhoneNumber, isReachable } from './describe-number.js';
import { acceptanceOf, endingOf, isMagic, responseOf } from './magic-numbers.js';

const accountSid = `AC${'1'.repeat(32)}`;

describe('describeNumber', () => {
  it.each([
    ['+14155550100', '(415) 555-0100', 'US'],
    ['+15005550006', '(500) 555-0006', 'US'],
    ['+16135550100', '(613) 555-0100', 'CA'],
    ['+4930901820', '030 901820', 'DE'],
    ['+447700900123', '07700 900123', 'GB'],
  ])(
    'knows how %s is written in its country, and which one that is',
    (phoneNumber, friendlyName, isoCountry) => {
      expect(describeNumber(accountSid, phoneNumber)).toEqual({
        sid: expect.stringMatching(/^PN[0-9a-f]{32}$/) as unknown,
        phoneNumber,
        friendlyName,
        isoCountry,
        capabilities: { voice: true, sms: true, mms: true, fax: false },
      });
    },
  );

  it.each(['12345', '123456'])('has %s as a short code, for texts alone', (phoneNumber) => {
    expect(describeNumber(accountSid, phoneNumber)).toEqual({
      sid: expect.stringMatching(/^SC[0-9a-f]{32}$/) as unknown,
      phoneNumber,
      friendlyName: phoneNumber,
      isoCountry: 'US',
      capabilities: { voice: false, sms: true, mms: false, fax: false },
    });
  });

  it('gives the same SID each time, and another one to another account or number', () => {
    const sid = describeNumber(accountSid, '+14155550100')?.sid;
    expect(describeNumber(accountSid, '+14155550100')?.sid).toBe(sid);
    expect(describeNumber(`AC${'2'.repeat(32)}`, '+14155550100')?.sid).not.toBe(sid);
    expect(describeNumber(accountSid, '+14155550101')?.sid).not.toBe(sid);
  });

  it.each([
    '',
    '+',
    '4155550100',
    '+1415',
    '+141555501000000',
    '+1 415 555 0100',
    '+80012345678',
    '+999123456',
    '1234',
    '1234567',
    '+15005550001',
    '+15005550070',
  ])('has no number %p', (phoneNumber) => {
    expect(describeNumber(accountSid, phoneNumber)).toBeNull();
  });
});

describe('a magic number', () => {
  const magic = Array.from({ length: 100 }, (_, i) => `+1500555${String(i).padStart(4, '0')}`).filter(
    isMagic,
  );

  it('is one of those that docs/simulator.md lists', () => {
    expect(magic.map((number) => Number(number.slice(-2)))).toEqual([
      1, 4, 9, 50, 51, 52, 53, 54, 60, 61, 70, 71, 72,
    ]);
  });

  it.each(magic)('%s is magic in one way', (number) => {
    expect(
      [acceptanceOf(number), endingOf(number), responseOf(number)].filter((way) => way !== null),
    ).toHaveLength(1);
  });

  it('is not what the examples of the API use', () => {
    for (const number of ['+15005550002', '+15005550006', '+15005550010', '+15005550011']) {
      expect([number, isMagic(number)]).toEqual([number, false]);
    }
  });
});

describe('what can be called and texted', () => {
  it.each([
    ['+14155550100', true, true],
    ['12345', false, true],
    ['+0123456789', false, false],
    ['+1234567890123456', false, false],
    ['alice', false, false],
    ['+1415555010a', false, false],
  ])('%s: called %p, texted %p', (text, isCalled, isTexted) => {
    expect([isPhoneNumber(text), isReachable(text)]).toEqual([isCalled, isTexted]);
  });
});
