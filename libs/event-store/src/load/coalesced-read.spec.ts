import { describe, expect, it } from '@jest/globals';
import { CoalescedRead } from './coalesced-read.js';

const limits = { maxBatch: 4, maxInFlight: 1, maxWaiting: 8, patience: 60_000 };

/** A read whose statements the test answers one by one. */
function heldRead(over: Partial<typeof limits> = {}) {
  const sent: {
    keys: readonly string[];
    answer: (found: string[]) => void;
    fail: (error: unknown) => void;
  }[] = [];
  const read = new CoalescedRead<string, string>(
    (keys) =>
      new Promise((answer, fail) => {
        sent.push({ keys, answer, fail });
      }),
    { ...limits, ...over },
  );
  return { read, sent };
}

const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('CoalescedRead', () => {
  it('sends what is asked in one turn together, and answers each its own', async () => {
    const { read, sent } = heldRead();
    const answers = Promise.all([read.get('a'), read.get('b'), read.get('a')]);
    await nextTurn();
    expect(sent.map(({ keys }) => keys)).toEqual([['a', 'b', 'a']]);
    sent[0]?.answer(['A', 'B', 'A']);
    expect(await answers).toEqual(['A', 'B', 'A']);
  });

  it('never joins a statement that has been sent: it may not see what was committed since', async () => {
    const { read, sent } = heldRead();
    const first = read.get('a');
    await nextTurn();
    const second = read.get('a');
    await nextTurn();
    expect(sent).toHaveLength(1);
    sent[0]?.answer(['before']);
    await nextTurn();
    sent[1]?.answer(['after']);
    expect([await first, await second]).toEqual(['before', 'after']);
  });

  it('keeps to its batch size and to its statements in flight', async () => {
    const { read, sent } = heldRead({ maxInFlight: 2, maxBatch: 3 });
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => read.get(key));
    await nextTurn();
    expect(sent.map(({ keys }) => keys.length)).toEqual([3, 3]);
    for (let i = 0; i < 3; i++) {
      sent[i]?.answer([...(sent[i]?.keys ?? [])]);
      await nextTurn();
    }
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('refuses what is too much to wait', async () => {
    const { read, sent } = heldRead({ maxWaiting: 2 });
    const waiting = [read.get('a'), read.get('b')];
    await expect(read.get('c')).rejects.toMatchObject({ code: 'overloaded' });
    await nextTurn();
    sent[0]?.answer(['A', 'B']);
    expect(await Promise.all(waiting)).toEqual(['A', 'B']);
  });

  it('refuses those who waited too long, both sent and unsent, and has room again', async () => {
    const { read, sent } = heldRead({ patience: 20, maxBatch: 1, maxWaiting: 1 });
    const stuck = read.get('a');
    await nextTurn();
    const unsent = read.get('b');
    await expect(stuck).rejects.toMatchObject({ code: 'overloaded' });
    await expect(unsent).rejects.toMatchObject({ code: 'overloaded' });
    const next = read.get('c');
    sent[0]?.answer(['too late for a']);
    await nextTurn();
    expect(sent[1]?.keys).toEqual(['c']);
    sent[1]?.answer(['C']);
    expect(await next).toBe('C');
  });

  it('says overloaded when the database does not answer', async () => {
    const { read, sent } = heldRead();
    const both = [read.get('a'), read.get('b')];
    await nextTurn();
    sent[0]?.fail(new Error('Connection terminated unexpectedly'));
    const refusals = await Promise.allSettled(both);
    expect(refusals).toMatchObject([{ reason: { code: 'overloaded' } }, { reason: { code: 'overloaded' } }]);
  });

  it('lets a key that the database refuses fail alone', async () => {
    const refused = Object.assign(new Error('invalid byte sequence'), { severity: 'ERROR', code: '22021' });
    const read = new CoalescedRead<string, string>(
      (keys) => (keys.includes('bad') ? Promise.reject(refused) : Promise.resolve(keys)),
      limits,
    );
    const answers = await Promise.allSettled(['a', 'bad', 'c', 'd'].map((key) => read.get(key)));
    expect(answers).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: refused },
      { status: 'fulfilled', value: 'c' },
      { status: 'fulfilled', value: 'd' },
    ]);
  });
});
