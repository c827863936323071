import { describe, expect, it } from '@jest/globals';
import { Patience } from './patience.js';

describe('Patience', () => {
  it('loses who waits too long, in order, and nobody twice', async () => {
    const lost: string[] = [];
    await new Promise<void>((resolve) => {
      const patience = new Patience<string>(30, (caller) => {
        expect(patience.waits(caller)).toBe(false);
        lost.push(caller);
        if (caller === 'second') resolve();
      });
      patience.start('first');
      patience.start('answered');
      patience.start('second');
      expect(patience.end('answered')).toBe(true);
      expect(patience.end('answered')).toBe(false);
    });
    expect(lost).toEqual(['first', 'second']);
  });

  it('looks after those who come when all others are gone', async () => {
    let lose: () => void = () => undefined;
    const patience = new Patience<string>(1, () => lose());
    for (const caller of ['first', 'second']) {
      const isLost = new Promise<void>((resolve) => (lose = resolve));
      patience.start(caller);
      await isLost;
      expect(patience.waits(caller)).toBe(false);
    }
  });

  it('leaves those alone whose time is not up', async () => {
    const kept = {};
    let isKeptLost = false;
    const long = new Patience<object>(60_000, () => (isKeptLost = true));
    long.start(kept);
    await new Promise<void>((resolve) => new Patience<object>(1, () => resolve()).start({}));
    expect(isKeptLost).toBe(false);
    expect(long.end(kept)).toBe(true);
  });
});
