import { setImmediate as soon } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { boundedResolve } from './resolve-names.js';

/** A resolver whose answers the spec gives, in the order in which they were asked for. */
function resolver(patience?: number) {
  const asked: string[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const resolve = boundedResolve(
    (hostname) => {
      asked.push(hostname);
      return new Promise((answer, fail) => {
        answers.push((error) => (error ? fail(error) : answer([{ address: '192.0.2.1', family: 4 }])));
      });
    },
    2,
    patience,
  );
  return { asked, answer: (n: number, error?: Error) => answers[n]?.(error), resolve };
}

const address = [{ address: '192.0.2.1', family: 4 }];

describe('boundedResolve', () => {
  it('resolves no more names at a time than it may, the others in their turn', async () => {
    const { asked, answer, resolve } = resolver();
    const all = Promise.all(['a', 'b', 'c', 'd'].map(resolve));
    expect(asked).toEqual(['a', 'b']);
    answer(1);
    await soon();
    expect(asked).toEqual(['a', 'b', 'c']);
    answer(0);
    answer(2);
    await soon();
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
    answer(3);
    expect(await all).toEqual([address, address, address, address]);
  });

  it('asks once for all who ask for the same name at the same time, and again later', async () => {
    const { asked, answer, resolve } = resolver();
    const both = Promise.all([resolve('a'), resolve('a')]);
    answer(0);
    expect(await both).toEqual([address, address]);
    void resolve('a');
    expect(asked).toEqual(['a', 'a']);
  });

  it('goes on after a failure, and remembers none', async () => {
    const { asked, answer, resolve } = resolver();
    const first = resolve('a');
    answer(0, new Error('no such name'));
    await expect(first).rejects.toThrow('no such name');
    const second = resolve('a');
    answer(1);
    expect(await second).toEqual(address);
    expect(asked).toEqual(['a', 'a']);
  });

  it('does not resolve what nobody waits for any more', async () => {
    const { asked, answer, resolve } = resolver(-1);
    const late = resolve('a');
    await expect(late).rejects.toThrow('too late');
    answer(0);
    expect(asked).toEqual([]);
  });
});
