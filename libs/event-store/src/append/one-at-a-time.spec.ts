import { describe, expect, it } from '@jest/globals';
import { OneAtATime } from './one-at-a-time.js';

/** Work that a test ends when it likes. */
function heldWork(turns: OneAtATime, key: string, log: string[], name: string) {
  let finish: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const gate = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const result = turns.run(key, async () => {
    log.push(`${name} starts`);
    await gate;
    log.push(`${name} ends`);
    return name;
  });
  return { result, finish, fail };
}

const newTurns = (limits = {}) => new OneAtATime({ maxWaiting: 100, patience: 10_000, ...limits });

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('OneAtATime', () => {
  it('runs work under one key in the order of arrival', async () => {
    const turns = newTurns();
    const log: string[] = [];
    const first = heldWork(turns, 'a', log, 'first');
    const second = heldWork(turns, 'a', log, 'second');
    const third = heldWork(turns, 'a', log, 'third');
    third.finish();
    second.finish();
    await settle();
    expect(log).toEqual(['first starts']);
    first.finish();
    expect(await Promise.all([first.result, second.result, third.result])).toEqual([
      'first',
      'second',
      'third',
    ]);
    expect(log).toEqual([
      'first starts',
      'first ends',
      'second starts',
      'second ends',
      'third starts',
      'third ends',
    ]);
  });

  it('lets other keys go on', async () => {
    const turns = newTurns();
    const log: string[] = [];
    const blocked = heldWork(turns, 'a', log, 'a');
    const free = heldWork(turns, 'b', log, 'b');
    free.finish();
    expect(await free.result).toBe('b');
    blocked.finish();
    expect(await blocked.result).toBe('a');
  });

  it('goes on after work that failed, and tells only its caller', async () => {
    const turns = newTurns();
    const log: string[] = [];
    const first = heldWork(turns, 'a', log, 'first');
    const second = heldWork(turns, 'a', log, 'second');
    first.fail(new Error('of the first'));
    second.finish();
    await expect(first.result).rejects.toThrow('of the first');
    expect(await second.result).toBe('second');
  });

  it('starts at once when all before it has ended', async () => {
    const turns = newTurns();
    await turns.run('a', () => Promise.resolve());
    let isStarted = false;
    const result = turns.run('a', () => {
      isStarted = true;
      return Promise.resolve();
    });
    expect(isStarted).toBe(true);
    await result;
  });

  it('tells who waits too long, and goes on with those who wait', async () => {
    const turns = newTurns({ patience: 30 });
    const log: string[] = [];
    const first = heldWork(turns, 'a', log, 'first');
    const lost = heldWork(turns, 'a', log, 'lost');
    await expect(lost.result).rejects.toMatchObject({ code: 'overloaded' });
    const last = heldWork(turns, 'a', log, 'last');
    first.finish();
    last.finish();
    expect(await Promise.all([first.result, last.result])).toEqual(['first', 'last']);
    expect(log).not.toContain('lost starts');
  });

  it('refuses who comes when too many wait, whatever the key, until one has had a turn', async () => {
    const turns = newTurns({ maxWaiting: 1 });
    const log: string[] = [];
    const [a, b] = ['a', 'b'].map((key) => heldWork(turns, key, log, key));
    const waiting = heldWork(turns, 'a', log, 'waiting');
    await expect(turns.run('b', () => Promise.resolve())).rejects.toMatchObject({ code: 'overloaded' });
    a?.finish();
    waiting.finish();
    await waiting.result;
    const welcome = turns.run('b', () => Promise.resolve('welcome'));
    b?.finish();
    expect(await welcome).toBe('welcome');
  });
});
