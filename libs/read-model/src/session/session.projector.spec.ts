import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SessionCreated, SessionEvent } from '#domain';
import { anyProjector } from '#event-store';
import type { SessionRow } from '../tables.js';
import { presentSession } from './present-session.js';
import { sessionProjector } from './session.projector.js';

const created = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T00:10:00.000Z';
const muchLater = '2026-01-01T01:00:00.000Z';

function creation(over: Partial<SessionCreated['data']> = {}): SessionEvent {
  return {
    type: 'SessionCreated',
    data: {
      accountSid: 'AC1',
      serviceSid: 'KS1',
      uniqueName: 'order 1',
      mode: 'voice-only',
      ttl: 0,
      dateExpiry: null,
      ...over,
    },
  };
}

const started: SessionEvent = { type: 'SessionStarted', data: {} };
const closed: SessionEvent = { type: 'SessionClosed', data: { reason: 'api' } };
const reopened: SessionEvent = { type: 'SessionReopened', data: { dateExpiry: null } };

const projector = anyProjector(sessionProjector);

/** The row that the events lead to, each at its time. */
function rowAfter(...events: [at: string, event: SessionEvent][]): SessionRow | null {
  const row = events.reduce<object | null>(
    (before, [occurredAt, event], i) =>
      projector.apply(before, { streamId: 'KC1', version: i + 1, occurredAt, event }),
    null,
  );
  // What this projector makes.
  return row as SessionRow | null;
}

describe('the row of a session', () => {
  it('is as it was created', () => {
    expect(rowAfter([created, creation({ ttl: 60 })])).toEqual({
      sid: 'KC1',
      account_sid: 'AC1',
      service_sid: 'KS1',
      unique_name: 'order 1',
      status: 'open',
      closed_reason: null,
      mode: 'voice-only',
      ttl: 60,
      date_started: null,
      date_ended: null,
      date_last_interaction: null,
      date_expiry: null,
      date_reopened: null,
      expires_at: '2026-01-01T00:01:00.000Z',
      version: 1,
      date_created: created,
      date_updated: created,
    });
  });

  it('starts once, however often it is started', () => {
    expect(rowAfter([created, creation()], [later, started], [muchLater, started])).toMatchObject({
      status: 'in-progress',
      date_started: later,
      date_updated: muchLater,
      version: 3,
    });
  });

  it.each([
    ['never, without ttl and expiry date', creation(), null],
    ['a ttl after its creation', creation({ ttl: 60 }), '2026-01-01T00:01:00.000Z'],
    ['at its expiry date', creation({ dateExpiry: muchLater }), muchLater],
    ['at its expiry date, which wins over the ttl', creation({ ttl: 60, dateExpiry: muchLater }), muchLater],
  ])('ends by itself %s', (_, event, expiresAt) => {
    expect(rowAfter([created, event])).toMatchObject({ expires_at: expiresAt });
  });

  it('moves its end with ttl and expiry date', () => {
    expect(
      rowAfter([created, creation()], [later, { type: 'SessionTtlChanged', data: { ttl: 900 } }]),
    ).toMatchObject({
      ttl: 900,
      expires_at: '2026-01-01T00:15:00.000Z',
      date_updated: later,
    });
    const dated: SessionEvent = { type: 'SessionExpiryChanged', data: { dateExpiry: muchLater } };
    const undated: SessionEvent = { type: 'SessionExpiryChanged', data: { dateExpiry: null } };
    expect(rowAfter([created, creation({ ttl: 60 })], [later, dated])).toMatchObject({
      date_expiry: muchLater,
      expires_at: muchLater,
    });
    expect(rowAfter([created, creation({ ttl: 60 })], [later, dated], [later, undated])).toMatchObject({
      date_expiry: null,
      expires_at: '2026-01-01T00:01:00.000Z',
    });
  });

  it('is closed when a caller closes it, and has no end ahead any more', () => {
    expect(rowAfter([created, creation({ ttl: 3600 })], [later, closed])).toMatchObject({
      status: 'closed',
      closed_reason: 'api',
      date_ended: later,
      date_updated: later,
      expires_at: null,
      ttl: 3600,
    });
  });

  it('ended at its deadline, however late that was noticed', () => {
    const expired: SessionEvent = {
      type: 'SessionExpired',
      data: { reason: 'ttl-expired', at: '2026-01-01T00:01:00.000Z' },
    };
    expect(rowAfter([created, creation({ ttl: 60 })], [muchLater, expired])).toMatchObject({
      status: 'closed',
      closed_reason: 'ttl-expired',
      date_ended: '2026-01-01T00:01:00.000Z',
      date_updated: '2026-01-01T00:01:00.000Z',
      expires_at: null,
      version: 2,
    });
  });

  it('was not updated before its last change, when that shortened the ttl into the past', () => {
    const shortened: SessionEvent = { type: 'SessionTtlChanged', data: { ttl: 60 } };
    const before = rowAfter([created, creation({ ttl: 3600 })], [later, shortened]);
    if (before === null) throw new Error('a session that was created has a row');
    const expired: SessionEvent = {
      type: 'SessionExpired',
      data: { reason: 'ttl-expired', at: '2026-01-01T00:01:00.000Z' },
    };
    const after = rowAfter([created, creation({ ttl: 3600 })], [later, shortened], [muchLater, expired]);
    expect(after).toMatchObject({ date_ended: '2026-01-01T00:01:00.000Z', date_updated: later, version: 3 });
    // As it was shown until then.
    expect(after).toEqual({ ...presentSession(before, later), version: 3 });
  });

  it('has no date before its creation, and none that goes back, when the clock was set back meanwhile', () => {
    const shortened: SessionEvent = { type: 'SessionTtlChanged', data: { ttl: 60 } };
    expect(rowAfter([later, creation()], [created, started], [created, closed])).toMatchObject({
      date_created: later,
      date_started: later,
      date_ended: later,
      date_updated: later,
    });
    expect(
      rowAfter([later, creation()], [muchLater, shortened], [created, closed], [created, reopened]),
    ).toMatchObject({
      date_reopened: later,
      date_updated: muchLater,
      expires_at: '2026-01-01T00:11:00.000Z',
    });
  });

  it('lives again when it is re-opened, its ttl measured from then', () => {
    const again = rowAfter(
      [created, creation({ ttl: 60, dateExpiry: later })],
      [later, closed],
      [muchLater, reopened],
    );
    expect(again).toMatchObject({
      status: 'in-progress',
      closed_reason: null,
      date_ended: null,
      date_expiry: null,
      date_reopened: muchLater,
      expires_at: '2026-01-01T01:01:00.000Z',
      date_updated: muchLater,
    });
  });

  it('is gone when the session is deleted', () => {
    expect(rowAfter([created, creation()], [later, { type: 'SessionDeleted', data: {} }])).toBeNull();
  });

  it('reads as it was written when PostgreSQL hands it back as JSON', () => {
    const row = rowAfter([created, creation({ ttl: 60 })], [later, started]);
    const asJson = JSON.parse(
      JSON.stringify(row).replaceAll('.000Z', '+00:00'), // as to_jsonb writes a whole second
    ) as object;
    expect(projector.read(asJson)).toEqual(row);
    expect(projector.read(null)).toBeNull();
  });

  it('is left as it is by events that it does not know, and by any that come before its creation', () => {
    const row = rowAfter([created, creation()]);
    const unknown = { type: 'SessionRenamed', data: {} };
    expect(projector.apply(row, { streamId: 'KC1', version: 2, occurredAt: later, event: unknown })).toBe(
      row,
    );
    const events: SessionEvent[] = [
      started,
      closed,
      reopened,
      { type: 'SessionTtlChanged', data: { ttl: 1 } },
      { type: 'SessionExpiryChanged', data: { dateExpiry: null } },
      { type: 'SessionExpired', data: { reason: 'ttl-expired', at: later } },
      { type: 'SessionDeleted', data: {} },
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events)), (log) => {
        expect(rowAfter(...log.map((event): [string, SessionEvent] => [later, event]))).toBeNull();
      }),
    );
  });
});
