import { describe, expect, it } from '@jest/globals';
import { Remembered } from './remembered.js';

describe('Remembered', () => {
  it('holds the last keys that were set, and not many more', () => {
    const remembered = new Remembered<number>(3);
    for (let n = 0; n < 100; n++) remembered.set(`key ${n}`, n);
    const held = Array.from({ length: 100 }, (_, n) => remembered.get(`key ${n}`)).filter(
      (n) => n !== undefined,
    );
    expect(held.slice(-3)).toEqual([97, 98, 99]);
    expect(held.length).toBeLessThanOrEqual(6);
  });

  it('has one value for a key, the last, and none once it is deleted', () => {
    const remembered = new Remembered<string>(2);
    remembered.set('one', 'old');
    remembered.set('two', 'kept');
    remembered.set('three', 'kept');
    remembered.set('one', 'new');
    expect(remembered.get('one')).toBe('new');
    remembered.delete('one');
    expect(remembered.get('one')).toBeUndefined();
    expect(remembered.get('two')).toBe('kept');
  });

  it('drops nobody for a key that it has already', () => {
    const remembered = new Remembered<number>(2);
    for (let n = 0; n < 10; n++) for (const key of ['one', 'two']) remembered.set(key, n);
    remembered.set('three', 0);
    expect(['one', 'two', 'three'].map((key) => remembered.get(key))).toEqual([9, 9, 0]);
  });
});
