import { describe, expect, it } from '@jest/globals';
import { refusalCodeOf } from './form-refusal.js';
import { createPhoneNumberForm, updatePhoneNumberForm } from './phone-number-form.js';

const PN = `PN${'0a'.repeat(16)}`;

describe('createPhoneNumberForm', () => {
  it.each([
    [{ Sid: PN }, { number: { sid: PN }, isReserved: false }],
    [
      { Sid: PN.toUpperCase(), IsReserved: '' },
      { number: { sid: PN }, isReserved: false },
    ],
    [{ PhoneNumber: '+15005550010' }, { number: { phoneNumber: '+15005550010' }, isReserved: false }],
    [
      { PhoneNumber: ' 1 (500) 555-0010', Sid: '', IsReserved: 'True' },
      { number: { phoneNumber: '+15005550010' }, isReserved: true },
    ],
    [
      { Sid: PN, PhoneNumber: '+15005550010' },
      { number: { sid: PN }, isReserved: false },
    ],
    [
      { Sid: PN, IsReserved: '1' },
      { number: { sid: PN }, isReserved: true },
    ],
    [
      { Sid: PN, IsReserved: 'FALSE' },
      { number: { sid: PN }, isReserved: false },
    ],
    [
      { Sid: PN, IsReserved: '0' },
      { number: { sid: PN }, isReserved: false },
    ],
  ])('reads %j', (form, wish) => {
    expect(createPhoneNumberForm.parse(form)).toEqual(wish);
  });

  it.each([
    [{}, ['PhoneNumber'], null],
    [{ Sid: '', PhoneNumber: '' }, ['PhoneNumber'], null],
    [{ IsReserved: 'true' }, ['PhoneNumber'], null],
    [{ Sid: 'PN1' }, ['Sid'], 'phone-number-sid-invalid'],
    [{ Sid: `SC${'0'.repeat(32)}`, PhoneNumber: '+15005550010' }, ['Sid'], 'phone-number-sid-invalid'],
    [{ PhoneNumber: '5005550010' }, ['PhoneNumber'], 'phone-number-invalid'],
    [{ PhoneNumber: '12345' }, ['PhoneNumber'], 'phone-number-invalid'],
    [{ PhoneNumber: '9'.repeat(100_000) }, ['PhoneNumber'], 'phone-number-invalid'],
    [{ Sid: PN, PhoneNumber: 'x' }, ['PhoneNumber'], 'phone-number-invalid'],
    [{ Sid: PN, IsReserved: 'yes' }, ['IsReserved'], null],
    [{ Sid: PN, IsReserved: ' true' }, ['IsReserved'], null],
    [{ Sid: PN, IsReserved: ['true'] }, ['IsReserved'], null],
    [{ Sid: [PN] }, ['Sid'], null],
  ])('refuses %.60j with its code', (form, path, code) => {
    const issues = createPhoneNumberForm.safeParse(form).error?.issues ?? [];
    expect(issues).toMatchObject([{ path }]);
    expect(issues.map(refusalCodeOf)).toEqual([code]);
  });
});

describe('updatePhoneNumberForm', () => {
  it.each([
    [{}, {}],
    [{ IsReserved: '' }, {}],
    [{ IsReserved: 'true' }, { isReserved: true }],
    [{ IsReserved: 'False', PhoneNumber: 'ignored' }, { isReserved: false }],
  ])('reads %j', (form, wish) => {
    expect(updatePhoneNumberForm.parse(form)).toStrictEqual(wish);
  });

  it('refuses what is no boolean', () => {
    const result = updatePhoneNumberForm.safeParse({ IsReserved: 'on' });
    expect(result.error?.issues).toMatchObject([{ path: ['IsReserved'] }]);
  });
});
