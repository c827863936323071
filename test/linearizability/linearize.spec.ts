import { describe, expect, it } from '@jest/globals';
import { linearize, type Model, type Operation } from './linearize.js';

type Access = Operation & { readonly kind: 'read' | 'write'; readonly value: number };

const register: Model<number, Access> = {
  initial: 0,
  step: (state, { kind, value }) => (kind === 'write' ? [value] : state === value ? [state] : []),
  keyOf: String,
};

const write = (value: number, invoked: number, returned: number): Access => ({
  kind: 'write',
  value,
  invoked,
  returned,
});
const read = (value: number, invoked: number, returned: number): Access => ({
  kind: 'read',
  value,
  invoked,
  returned,
});

describe('a history', () => {
  it.each<[string, Access[]]>([
    ['nothing happens', []],
    ['one is after the other', [write(1, 0, 1), read(1, 2, 3)]],
    ['a read meets a write before its answer', [write(1, 0, 9), read(1, 2, 3)]],
    ['a read meets a write before its effect', [write(1, 0, 9), read(0, 2, 3)]],
    ['reads see a write in their order', [write(1, 0, 9), read(0, 1, 2), read(1, 3, 4)]],
    ['writes meet', [write(1, 0, 9), write(2, 0, 9), read(2, 10, 11), read(2, 12, 13)]],
  ])('is linearizable when %s', (_, history) => {
    const { isLinearizable, order } = linearize(history, register);
    expect([isLinearizable, order.length]).toEqual([true, history.length]);
  });

  it.each<[string, Access[]]>([
    ['a read is of the past', [write(1, 0, 1), read(0, 2, 3)]],
    ['a read is of the future', [read(1, 0, 1), write(1, 2, 3)]],
    ['a read is of nothing', [write(1, 0, 9), read(2, 2, 3)]],
    ['what was read is taken back', [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)]],
    [
      'two see two writes in two orders',
      [write(1, 0, 9), write(2, 0, 9), read(1, 10, 20), read(2, 10, 11), read(1, 21, 22), read(2, 23, 24)],
    ],
  ])('is not when %s', (_, history) => {
    expect(linearize(history, register).isLinearizable).toBe(false);
  });

  it('is judged soon though eight clients meet all the time', () => {
    // Rounds of eight that all meet; the last read of each fits no write but the last one before it.
    const history = Array.from({ length: 30 }, (_, round) => [
      ...Array.from({ length: 7 }, (_unused, i) => write(round * 7 + i, round * 10, round * 10 + 8)),
      read(round * 7 + 3, round * 10, round * 10 + 9),
    ]).flat();
    expect(linearize(history, register).isLinearizable).toBe(true);
    expect(linearize([...history, read(-1, 300, 301)], register).isLinearizable).toBe(false);
  });
});
