import { describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { open, seal } from './secret-box.js';

const key = createSecretKey(randomBytes(32));
const place = 'secret/AC01/auth-token';

describe('a sealed secret', () => {
  it('opens with its key at its place', () => {
    expect(open(key, seal(key, 'tøken', place), place)).toBe('tøken');
  });

  it('shows neither itself nor that it is the same as another', () => {
    const [one, other] = [seal(key, 'token', place), seal(key, 'token', place)];

    expect(one.includes('token')).toBe(false);
    expect(one.equals(other)).toBe(false);
  });

  it('opens with no other key and at no other place', () => {
    const box = seal(key, 'token', place);

    expect(() => open(createSecretKey(randomBytes(32)), box, place)).toThrow();
    expect(() => open(key, box, 'secret/AC02/auth-token')).toThrow();
  });

  it('opens no more when any byte of it has changed or is missing', () => {
    const box = seal(key, 'token', place);

    for (let index = 0; index < box.length; index += 1) {
      const changed = Buffer.from(box);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => open(key, changed, place)).toThrow();
      expect(() => open(key, box.subarray(0, index), place)).toThrow();
    }
  });
});
