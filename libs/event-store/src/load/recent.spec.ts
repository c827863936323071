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

  it('keeps the thousand streams seen last, and not very many more', () => {
    const recent = new Recent();
    const sids = Array.from({ length: 5_000 }, (_, i) => `KS${i}`);
    for (const sid of sids) recent.see('AC1', sid, { version: 1, state: { status: 'live' } });
    const kept = sids.filter((sid) => recent.find('AC1', sid) !== null);
    expect(kept.slice(-1_000)).toEqual(sids.slice(-1_000));
    expect(kept.length).toBeLessThanOrEqual(2_000);
  });
});
