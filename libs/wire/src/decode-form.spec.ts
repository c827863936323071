import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from '#domain';
import { decodeForm, MAX_PARAMETERS } from './decode-form.js';
import { RequestError } from './request-error.js';

function refusal(raw: Buffer | string): unknown {
  try {
    decodeForm(raw);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

describe('decodeForm', () => {
  it.each([
    ['', {}],
    ['UniqueName=Order%20%231', { UniqueName: 'Order #1' }],
    ['UniqueName=Order+%231+%C3%A9%2B', { UniqueName: 'Order #1 é+' }],
    ['UniqueName=', { UniqueName: '' }],
    ['UniqueName', { UniqueName: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['&&Ttl=1&', { Ttl: '1' }],
    ['Ttl=1&Ttl=2', { Ttl: '2' }],
    ['ttl=1', { ttl: '1' }],
    ['Unique%4Eame=x', { UniqueName: 'x' }],
    ['Participants=a', { Participants: ['a'] }],
    ['Participants=a&Ttl=1&Participants=b', { Participants: ['a', 'b'], Ttl: '1' }],
    ['MediaUrl=a&MediaUrl=a', { MediaUrl: ['a', 'a'] }],
    ['UniqueName=%F0%9F%98%80', { UniqueName: '😀' }],
  ])('reads %j', (raw, form) => {
    expect({ ...decodeForm(raw) }).toEqual(form);
    expect({ ...decodeForm(Buffer.from(raw)) }).toEqual(form);
  });

  it('keeps a parameter called __proto__ as a mere parameter', () => {
    const form = decodeForm('__proto__=x&constructor=y');
    expect(Object.entries(form)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it.each([
    ['UniqueName=%', "'UniqueName' is invalid. It is not percent-encoded UTF-8."],
    ['UniqueName=%zz', "'UniqueName' is invalid. It is not percent-encoded UTF-8."],
    ['UniqueName=%FF', "'UniqueName' is invalid. It is not percent-encoded UTF-8."],
    ['UniqueName=%ED%A0%80', "'UniqueName' is invalid. It is not percent-encoded UTF-8."],
    ['UniqueName=%C0%80', "'UniqueName' is invalid. It is not percent-encoded UTF-8."],
    ['UniqueName=a%00b', "'UniqueName' is invalid. It contains a NUL character."],
    ['UniqueName=\ud800', "'UniqueName' is invalid. It contains half of a surrogate pair."],
    ['Unknown=%00', "'Unknown' is invalid. It contains a NUL character."],
    ['%00=x', "'body' is invalid. It contains a NUL character."],
    ['+1+555+0100=%00', "'body' is invalid. It contains a NUL character."],
    [Buffer.from([0x61, 0x3d, 0xff]), "'body' is invalid. It is not UTF-8."],
  ])('refuses %j', (raw, message) => {
    const error = refusal(raw);
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: 'parameter-invalid', message });
  });

  it(`takes ${MAX_PARAMETERS} parameters and refuses one more`, () => {
    expect(Object.keys(decodeForm(parameters(MAX_PARAMETERS)))).toHaveLength(MAX_PARAMETERS);
    expect(refusal(parameters(MAX_PARAMETERS + 1))).toBeInstanceOf(RequestError);
  });

  it('gives back what URLSearchParams wrote', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !/\0|\p{Surrogate}/u.test(value));
    const key = text.filter((value) => value !== '' && value !== 'Participants' && value !== 'MediaUrl');
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, text), { selector: ([name]) => name }), (entries) => {
        const form = decodeForm(new URLSearchParams(entries).toString());
        expect(Object.entries(form).sort()).toEqual([...entries].sort());
      }),
    );
  });

  it('answers any bytes with a form or one of our refusals', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(decodeForm(Buffer.from(bytes))).toBeDefined();
        } catch (error) {
          expect(error instanceof DomainError || error instanceof RequestError).toBe(true);
        }
      }),
    );
  });
});

function parameters(count: number): string {
  return Array.from({ length: count }, (_, i) => `p${i}=x`).join('&');
}
