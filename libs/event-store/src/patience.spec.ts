import { describe, expect, it } from '@jest/globals';
import { Patience, Waiter } from './patience.js';

class Caller extends Waiter {
  constructor(readonly name: string) {
    super();
  }
}

describe('Patience', () => {
  it('loses who waits too long, in order, and nobody twice', async () => {
    const lost: string[] = [];
    await new Promise<void>((resolve) => {
      const patience = new Patience<Caller>(30, (caller) => {
        expect(patience.waits(caller)).toBe(false);
        lost.push(caller.name);
        if (caller.name === 'third') resolve();
      });
      const [answered, ...others] = ['answered', 'first', 'second', 'third'].map((name) => new Caller(name));
      if (answered === undefined) throw new Error('there are four');
      for (const caller of [answered, ...others]) patience.start(caller);
      expect(patience.end(answered)).toBe(true);
      expect(patience.end(answered)).toBe(false);
    });
    expect(lost).toEqual(['first', 'second', 'third']);
  });

  it('looks after those who come when all others are gone', async () => {
    let lose: () => void = () => undefined;
    const patience = new Patience<Caller>(1, () => lose());
    for (const caller of [new Caller('first'), new Caller('second')]) {
      const isLost = new Promise<void>((resolve) => (lose = resolve));
      patience.start(caller);
      await isLost;
      expect(patience.waits(caller)).toBe(false);
    }
  });

  it('leaves those alone whose time is not up', async () => {
    const kept = new Caller('kept');
    let isKeptLost = false;
    const long = new Patience<Caller>(60_000, () => (isKeptLost = true));
    long.start(kept);
    await new Promise<void>((resolve) => new Patience<Caller>(1, () => resolve()).start(new Caller('other')));
    expect(isKeptLost).toBe(false);
    expect(long.end(kept)).toBe(true);
  });
});
