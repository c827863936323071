import { describe, expect, it } from '@jest/globals';
import { recordedEvent, type EventRow } from './recorded-event.js';
import type { Upcasters } from './upcasters.js';

const upcasters: Upcasters = {
  SessionCreated: [(data) => ({ ...data, mode: 'voice-only' }), (data) => ({ ...data, ttl: 0 })],
};

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
