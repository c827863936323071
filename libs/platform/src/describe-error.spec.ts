import { describe, expect, it } from '@jest/globals';
import { describeError, nameError } from './describe-error.js';

describe('an error in a word', () => {
  it.each([
    [new TypeError('Alice is not a function'), 'TypeError'],
    [Object.assign(new Error('Key (unique_name)=(Alice) already exists.'), { code: '23505' }), 'Error 23505'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'Error ECONNREFUSED'],
    [Object.assign(new Error('odd'), { code: 'Alice said so' }), 'Error'],
    ['Alice', 'not an error'],
    [undefined, 'not an error'],
  ])('%# has its name and its code, and nothing that was written', (error, word) => {
    expect(nameError(error)).toBe(word);
  });
});

describe('an error as it is logged', () => {
  it('says of one from SQL only its code, which may quote what people wrote', () => {
    const error = Object.assign(new Error('Key (unique_name)=(Alice) already exists.'), { code: '23505' });

    expect(describeError(error)).toMatchObject({ message: 'SQL error 23505', code: '23505' });
  });

  it('says what Node says, also when its code is as long as that of SQL', () => {
    const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

    expect(describeError(error)).toMatchObject({ message: 'write EPIPE', code: 'EPIPE' });
  });
});
