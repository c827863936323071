import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/max/metadata';
import examples from 'libphonenumber-js/mobile/examples';
import { areaCodesByLevel, DomainError } from '#domain';
import { readIdentifier, type IdentifierCheck } from './read-identifier.js';

describe('readIdentifier', () => {
  it.each<[string, string, string | null, string | null]>([
    ['+14155552671', '+14155552671', 'US', '415'],
    [' 1 (415) 555-2671', '+14155552671', 'US', '415'],
    ['+14165550100', '+14165550100', 'CA', '416'],
    ['+12684605500', '+12684605500', 'AG', '268'],
    ['+442079460958', '+442079460958', 'GB', null],
    ['+44 (0) 20 7946 0958', '+442079460958', 'GB', null],
    ['+441481960194', '+441481960194', 'GG', null],
    ['+441534456789', '+441534456789', 'JE', null],
    ['+4915112345678', '+4915112345678', 'DE', null],
    // A satellite's country is none.
    ['+881612345678', '+881612345678', null, null],
  ])('reads %j as a number and says where it is', (text, identifier, isoCountry, areaCode) => {
    expect(readIdentifier(text, 'valid')).toEqual({ identifier, isoCountry, areaCode });
  });

  it.each(Array.from({ length: 30 }, (_, i) => `+1500555${String(i * 344).padStart(4, '0')}`))(
    "takes Twilio's test number %s",
    (identifier) => {
      expect(readIdentifier(identifier, 'valid')).toEqual({ identifier, isoCountry: 'US', areaCode: '500' });
    },
  );

  it.each([['messenger:4711'], ['whatsapp:+15005550001'], ['sip:alice@example.test'], ['x-chat.v2+a:😀']])(
    'takes the channel address %s as it is',
    (identifier) => {
      expect(readIdentifier(identifier, 'valid')).toEqual({ identifier, isoCountry: null, areaCode: null });
    },
  );

  it.each<[string, Partial<Record<IdentifierCheck, boolean>>]>([
    ['+14155552671', { valid: true, possible: true, format: true }],
    ['+15551234567', { valid: false, possible: true, format: true }],
    ['+1415555267', { valid: false, possible: false, format: true }],
    ['+99912345678', { valid: false, possible: false, format: true }],
    ['4155552671', { valid: false, possible: false, format: false }],
  ])('looks at %s as closely as it is told', (text, taken) => {
    for (const [check, isTaken] of Object.entries(taken)) {
      // The keys are those of the type.
      const read = () => readIdentifier(text, check as IdentifierCheck);
      if (isTaken) expect(read()).toMatchObject({ identifier: text });
      else expect(read).toThrow(DomainError);
    }
  });

  it.each([
    [''],
    ['Alice'],
    [':4711'],
    ['messenger:'],
    ['messenger: 4711'],
    ['4:4711'],
    ['messenger:4711\r\nx'],
    ['15005550001'],
    ['+1 500 555 0001 ext. 5'],
  ])('refuses %j without repeating it', (text) => {
    for (const check of ['valid', 'possible', 'format'] as const) {
      const refused = expect(() => readIdentifier(text, check));
      refused.toThrow(expect.objectContaining({ code: 'identifier-invalid' }));
      if (text !== '') refused.not.toThrow(text);
    }
  });

  it.each(Object.entries(examples))(
    'knows a phone number of %s, which has one spelling',
    (country, digits) => {
      // The keys of the examples are countries.
      const number = parsePhoneNumberFromString(digits, { defaultCountry: country as CountryCode }, metadata);
      const identifier = number?.number ?? '';
      // Countries that share a code may share numbers too.
      expect(readIdentifier(identifier, 'valid')).toMatchObject({ identifier });
    },
  );

  it('gives one spelling, which it reads as the same again', () => {
    const check = fc.constantFrom('possible', 'format');
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9][0-9]{6,14}$/), check, (text, how) => {
        let first;
        try {
          first = readIdentifier(text, how);
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
          return;
        }
        expect(readIdentifier(first.identifier, 'format')).toEqual(first);
      }),
    );
  });

  it('meets no area code of the US and Canada that the model does not place', () => {
    const codes = Array.from({ length: 800 }, (_, i) => String(200 + i)).filter((code) => {
      const number = parsePhoneNumberFromString(`+1${code}4560100`, metadata);
      const isHere = number?.country === 'US' || number?.country === 'CA';
      return isHere && number.getType() === 'FIXED_LINE_OR_MOBILE';
    });
    expect(codes.length).toBeGreaterThan(400);
    expect(codes.filter((code) => areaCodesByLevel(code)['area-code'] === undefined)).toEqual([]);
  });
});
