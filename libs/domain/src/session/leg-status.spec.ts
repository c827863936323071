import { describe, expect, it } from '@jest/globals';
import { hasEnded, legMayBecome } from './leg-status.js';

describe('the status of a leg', () => {
  it.each([
    [null, 'queued'],
    ['queued', 'sent'],
    ['sent', 'delivered'],
    ['initiated', 'ringing'],
    ['ringing', 'in-progress'],
    ['in-progress', 'completed'],
    ['queued', 'failed'],
    ['unknown', 'sent'],
    ['unknown', 'queued'],
  ] as const)('may go from %s to %s', (before, after) => {
    expect(legMayBecome(before, after)).toBe(true);
  });

  it.each([
    ['sent', 'queued'],
    ['sent', 'sent'],
    ['delivered', 'sent'],
    ['delivered', 'failed'],
    ['completed', 'ringing'],
    ['canceled', 'sent'],
    ['unknown', 'unknown'],
    ['sent', 'unknown'],
  ] as const)('does not go from %s to %s', (before, after) => {
    expect(legMayBecome(before, after)).toBe(false);
  });

  it('ends where nothing more can be told', () => {
    expect(hasEnded('delivered')).toBe(true);
    expect(hasEnded('no-answer')).toBe(true);
    expect(hasEnded('unknown')).toBe(false);
    expect(hasEnded(null)).toBe(false);
  });
});
