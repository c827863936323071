import { describe, expect, it } from '@jest/globals';
import { createShortCodeForm, updateShortCodeForm } from './short-code-form.js';

const SC = `SC${'0a'.repeat(16)}`;

describe('createShortCodeForm', () => {
  it.each([[SC], [SC.toLowerCase()]])('reads %s', (Sid) => {
    expect(createShortCodeForm.parse({ Sid })).toEqual({ sid: SC });
  });

  it.each([
    [undefined, 'It is required.'],
    ['', 'It is required.'],
    ['SC1', 'It must be a SC SID.'],
    [`PN${'0'.repeat(32)}`, 'It must be a SC SID.'],
  ])('refuses %j', (Sid, message) => {
    expect(createShortCodeForm.safeParse({ Sid }).error?.issues).toMatchObject([{ path: ['Sid'], message }]);
  });
});

describe('updateShortCodeForm', () => {
  it.each([
    [{}, {}],
    [{ IsReserved: 'true' }, { isReserved: true }],
  ])('reads %j', (form, wish) => {
    expect(updateShortCodeForm.parse(form)).toStrictEqual(wish);
  });
});
