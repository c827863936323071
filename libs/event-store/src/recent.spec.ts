import { describe, expect, it } from '@jest/globals';
import { Recent } from './recent.js';

const told = '2026-01-02T03:04:05.006Z';

describe('Recent', () => {
  it('knows no time before the database has told one', () => {
    expect(new Recent().now()).toBeNull();
  });

  it('carries the time on, and says until when it is good', () => {
    let passed = 0;
    const recent = new Recent(() => passed);
    recent.tell(told);
    expect(recent.now()).toEqual({ now: told, goodUntil: '2026-01-02T03:04:06.006Z' });
    passed = 20.7;
    const later = { now: '2026-01-02T03:04:05.026Z', goodUntil: '2026-01-02T03:04:06.026Z' };
    expect(recent.now()).toEqual(later);
    expect(recent.now()).toEqual(later);
  });

  it('knows none any more when the database has been silent for a while', () => {
    let passed = 0;
    const recent = new Recent(() => passed);
    recent.tell(told);
    passed = 251;
    recent.tell(told); // an answer that lay about is no news
    expect(recent.now()).toBeNull();
    recent.tell('2026-01-02T03:04:06.000Z');
    expect(recent.now()).toMatchObject({ now: '2026-01-02T03:04:06.000Z' });
  });

  it('has what was seen of a stream last, for its own account only', () => {
    const recent = new Recent();
    recent.see('AC1', 'KS1', { version: 1, state: { status: 'live' } });
    recent.see('AC1', 'KS1', { version: 2, state: { status: 'live' } });
    expect(recent.find('AC1', 'KS1')).toEqual({ version: 2, state: { status: 'live' } });
    expect(recent.find('AC2', 'KS1')).toBeNull();
  });

  it('keeps a thousand streams, those seen last', () => {
    const recent = new Recent();
    for (let i = 0; i <= 1000; i++) recent.see('AC1', `KS${i}`, { version: 1, state: { status: 'live' } });
    recent.see('AC1', 'KS1', { version: 2, state: { status: 'live' } });
    recent.see('AC1', 'KS1001', { version: 1, state: { status: 'live' } });
    expect([0, 1, 2, 3].map((i) => recent.find('AC1', `KS${i}`)?.version ?? null)).toEqual([
      null,
      2,
      null,
      1,
    ]);
  });
});
