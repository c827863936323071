import { describe, expect, it } from '@jest/globals';
import { nameError } from './describe-error.js';

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
