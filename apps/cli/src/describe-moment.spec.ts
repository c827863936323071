import { describe, expect, it } from '@jest/globals';
import { ERASED, type DomainEvent } from '#domain';
import type { Moment } from '#read-model';
import { describeMoment, shown } from './describe-moment.js';

const at = '2026-01-02T03:04:05.000Z';

function moment(event: DomainEvent, rows: Partial<Moment> = {}, recordedAt = at): Moment {
  const recorded = {
    partition: 0,
    position: 7,
    streamId: 'KC1',
    version: 2,
    eventId: 'e1',
    schemaVersion: 1,
    accountSid: 'AC1',
    commandId: 'c1',
    correlationId: 'RQ1',
    causationId: null,
    actor: 'AC1',
    requestId: 'RQ1',
    traceParent: null,
    occurredAt: at,
    recordedAt,
    event,
  };
  return { recorded, before: null, after: null, ...rows };
}

const changed = { type: 'SessionTtlChanged', data: { ttl: 90 } };

describe('describeMoment', () => {
  it('names what a new thing has, and leaves out what is empty or told elsewhere', () => {
    const after = {
      sid: 'KC1',
      account_sid: 'AC1',
      version: 1,
      date_created: at,
      ttl: 60,
      unique_name: null,
    };
    const created = moment({ type: 'SessionCreated', data: {} }, { after });
    expect(describeMoment(created).changes).toEqual([{ field: 'ttl', from: null, to: 60 }]);
  });

  it('names what changed, from what to what', () => {
    const before = { sid: 'KC1', version: 1, ttl: 60, status: 'open', date_updated: '' };
    const after = { ...before, version: 2, ttl: 90, date_updated: at };
    expect(describeMoment(moment(changed, { before, after })).changes).toEqual([
      { field: 'ttl', from: 60, to: 90 },
    ]);
  });

  it('tells what has no row by its event, in the spelling of rows', () => {
    const keyed = moment({ type: 'ApiKeyCreated', data: { keySid: 'SK1' } });
    expect(describeMoment(keyed).changes).toEqual([{ field: 'key_sid', from: null, to: 'SK1' }]);
  });

  it('tells what is below a session by its event, beside what it changed of the session', () => {
    const data = {
      accountSid: 'AC1',
      serviceSid: 'KS1',
      interactionSid: 'KI1',
      type: 'message',
      inbound: { participantSid: 'KP1', resourceSid: 'SM1', resourceUrl: null },
      body: ERASED,
      mediaUrls: null,
    };
    const rows = { before: { status: 'open' }, after: { status: 'in-progress' } };
    expect(describeMoment(moment({ type: 'InteractionStarted', data }, rows)).changes).toEqual([
      { field: 'status', from: 'open', to: 'in-progress' },
      { field: 'interaction_sid', from: null, to: 'KI1' },
      { field: 'type', from: null, to: 'message' },
      { field: 'inbound_participant_sid', from: null, to: 'KP1' },
      { field: 'inbound_resource_sid', from: null, to: 'SM1' },
      { field: 'body', from: null, to: ERASED },
    ]);
  });

  it('has nothing more to say of what was deleted', () => {
    const gone = moment({ type: 'SessionDeleted', data: {} }, { before: { ttl: 60 } });
    expect(describeMoment(gone).changes).toEqual([]);
  });

  it('says how late an event was recorded, if it was', () => {
    expect(describeMoment(moment(changed, {}, '2026-01-02T03:04:06.000Z')).late).toBeNull();
    expect(describeMoment(moment(changed, {}, '2026-01-02T03:04:07.250Z')).late).toBe(
      'recorded 2.250 s after it was decided',
    );
  });

  it('measures an expiry by its deadline', () => {
    const expired = {
      type: 'SessionExpired',
      data: { reason: 'ttl-expired', at: '2026-01-02T03:04:04.900Z' },
    };
    expect(describeMoment(moment(expired)).late).toBe('noticed 0.100 s after the deadline');
  });
});

describe('shown', () => {
  it.each([
    [null, '–'],
    ['', '–'],
    ['open', 'open'],
    [60, '60'],
    [false, 'false'],
    [ERASED, 'erased'],
    [{ sealed: 'x', subject: 'KC1' }, 'sealed'],
  ])('%j as %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});
