import { describe, expect, it } from '@jest/globals';
import { currentSchemaVersion, isoTime, recordedEvent, upcast, type Upcasters } from './upcasters.js';
import type { EventRow } from './recorded-event.js';

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

describe('recordedEvent', () => {
  const row: EventRow = {
    partition: 0,
    position: 7,
    stream_id: 'KC1',
    version: 2,
    type: 'SessionCreated',
    schema_version: 2,
    event_id: '0194d7a0-0000-7000-8000-000000000000',
    account_sid: 'AC1',
    command_id: 'c1',
    correlation_id: 'RQ1',
    causation_id: null,
    actor: 'AC1',
    request_id: 'RQ1',
    trace_parent: null,
    occurred_at: '2026-01-02T03:04:05.1+00:00',
    recorded_at: '2026-01-02T03:04:05.006Z',
    data: { uniqueName: null },
  };

  it('is the fact in today’s shape, in its envelope', () => {
    expect(recordedEvent(row, upcasters)).toEqual({
      partition: 0,
      position: 7,
      streamId: 'KC1',
      version: 2,
      schemaVersion: 2,
      eventId: '0194d7a0-0000-7000-8000-000000000000',
      accountSid: 'AC1',
      commandId: 'c1',
      correlationId: 'RQ1',
      causationId: null,
      actor: 'AC1',
      requestId: 'RQ1',
      traceParent: null,
      occurredAt: '2026-01-02T03:04:05.100Z',
      recordedAt: '2026-01-02T03:04:05.006Z',
      event: { type: 'SessionCreated', data: { uniqueName: null, ttl: 0 } },
    });
  });
});

describe('isoTime', () => {
  it.each([
    ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.1+00:00', '2026-01-02T03:04:05.100Z'],
    ['2026-01-02T03:04:05.12+00:00', '2026-01-02T03:04:05.120Z'],
    ['2026-01-02T05:04:05.123+02:00', '2026-01-02T03:04:05.123Z'],
    ['2026-01-02T03:04:05.123Z', '2026-01-02T03:04:05.123Z'],
  ])('reads %s', (given, expected) => {
    expect(isoTime(given)).toBe(expected);
  });
});
