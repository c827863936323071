import { describe, expect, it } from '@jest/globals';
import { currentSchemaVersion, upcast, type Upcasters } from './upcasters.js';

const upcasters: Upcasters = {
  SessionCreated: [(data) => ({ ...data, mode: 'voice-only' }), (data) => ({ ...data, ttl: 0 })],
};

describe('upcast', () => {
  it('lifts each version by the steps that came after it', () => {
    expect(upcast(upcasters, 'SessionCreated', 1, { a: 1 })).toEqual({ a: 1, mode: 'voice-only', ttl: 0 });
    expect(upcast(upcasters, 'SessionCreated', 2, { a: 1 })).toEqual({ a: 1, ttl: 0 });
    expect(upcast(upcasters, 'SessionCreated', 3, { a: 1 })).toEqual({ a: 1 });
  });

  it('leaves a type without steps as it is', () => {
    expect(upcast(upcasters, 'SessionClosed', 1, { a: 1 })).toEqual({ a: 1 });
  });

  it('refuses what a newer version of Maskline wrote: it cannot know what it means', () => {
    expect(() => upcast(upcasters, 'SessionCreated', 4, {})).toThrow('a newer version');
    expect(() => upcast(upcasters, 'SessionClosed', 2, {})).toThrow('a newer version');
  });
});

describe('currentSchemaVersion', () => {
  it('is one more than the steps', () => {
    expect(currentSchemaVersion(upcasters, 'SessionCreated')).toBe(3);
    expect(currentSchemaVersion(upcasters, 'SessionClosed')).toBe(1);
  });
});
