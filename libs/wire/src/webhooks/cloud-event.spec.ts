import { describe, expect, it } from '@jest/globals';
import { cloudEvent } from './cloud-event.js';

const recorded = {
  partition: 0,
  position: 3_000_000_000,
  streamId: 'KC1',
  version: 2,
  eventId: '01890000-0000-7000-8000-000000000001',
  accountSid: 'AC1',
  actor: 'SK1',
  correlationId: 'RQ1',
  causationId: null,
  traceParent: null,
  occurredAt: '2026-01-02T03:04:05.006Z',
  event: { type: 'SessionClosed', data: { reason: 'api' } },
};

const parsed = (...args: Parameters<typeof cloudEvent>): unknown => JSON.parse(cloudEvent(...args));

describe('cloudEvent', () => {
  it('says what happened, where and when', () => {
    expect(parsed(recorded, null)).toEqual({
      specversion: '1.0',
      id: '01890000-0000-7000-8000-000000000001',
      source: '/maskline/accounts/AC1',
      type: 'maskline.SessionClosed',
      subject: 'KC1',
      time: '2026-01-02T03:04:05.006Z',
      datacontenttype: 'application/json',
      streamversion: 2,
      position: '3000000000',
      actor: 'SK1',
      correlationid: 'RQ1',
      data: { reason: 'api' },
    });
  });

  it('says what it came of, where that is known, and whether it is told once more', () => {
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(parsed({ ...recorded, causationId: 'cause', traceParent }, 'replay')).toMatchObject({
      causationid: 'cause',
      traceparent: traceParent,
      replayid: 'replay',
    });
  });

  it('has names that CloudEvents allows: small letters and digits, at most 20', () => {
    const names = Object.keys(
      Object(parsed({ ...recorded, causationId: 'c', traceParent: 't' }, 'r')) as object,
    );
    for (const name of names) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });
});
