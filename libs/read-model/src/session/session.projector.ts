import { expiresAt, type SessionEvent } from '#domain';
import type { Projected, Projector } from '#event-store';
import { latest } from '../latest.js';
import type { SessionRow } from '../tables.js';
import { endedSession } from './ended-session.js';

/** The session as the REST API shows it. None of its dates lies before its creation or goes back, though the clock may be set back. */
export const sessionProjector: Projector<SessionEvent, SessionRow> = {
  table: 'session',
  times: [
    'date_started',
    'date_ended',
    'date_last_interaction',
    'date_expiry',
    'date_reopened',
    'expires_at',
    'date_created',
    'date_updated',
  ],
  on: {
    SessionCreated: (_, { streamId, version, occurredAt, event: { data } }) =>
      withDeadline({
        sid: streamId,
        account_sid: data.accountSid,
        service_sid: data.serviceSid,
        unique_name: data.uniqueName,
        status: 'open',
        closed_reason: null,
        mode: data.mode,
        ttl: data.ttl,
        date_started: null,
        date_ended: null,
        date_last_interaction: null,
        date_expiry: data.dateExpiry,
        date_reopened: null,
        expires_at: null,
        version,
        date_created: occurredAt,
        date_updated: occurredAt,
      }),
    SessionStarted: (row, { version, occurredAt }) =>
      row && {
        ...row,
        status: 'in-progress',
        date_started: row.date_started ?? latest(row.date_created, occurredAt),
        version,
        date_updated: latest(row.date_updated, occurredAt),
      },
    SessionTtlChanged: (row, { version, occurredAt, event: { data } }) =>
      row &&
      withDeadline({ ...row, ttl: data.ttl, version, date_updated: latest(row.date_updated, occurredAt) }),
    SessionExpiryChanged: (row, { version, occurredAt, event: { data } }) =>
      row &&
      withDeadline({
        ...row,
        date_expiry: data.dateExpiry,
        version,
        date_updated: latest(row.date_updated, occurredAt),
      }),
    SessionClosed: (row, { version, occurredAt, event: { data } }) =>
      row && { ...endedSession(row, data.reason, occurredAt), version },
    // As every reader has seen it since the deadline, however late the event is.
    SessionExpired: (row, { version, event: { data } }) =>
      row && { ...endedSession(row, data.reason, data.at), version },
    SessionReopened: (row, { version, occurredAt, event: { data } }) =>
      row &&
      withDeadline({
        ...row,
        status: 'in-progress',
        closed_reason: null,
        date_ended: null,
        date_expiry: data.dateExpiry,
        date_reopened: latest(idleSince(row), occurredAt),
        version,
        date_updated: latest(row.date_updated, occurredAt),
      }),
    SessionDeleted: () => null,
    // Who is in it and what they say stands in rows of its own.
    ParticipantAdded: touched,
    ParticipantRemoved: touched,
    InteractionStarted: interacted,
    InteractionCompleted: interacted,
    ForwardAttempted: touched,
    InteractionLegStatusChanged: touched,
    InteractionBlocked: touched,
    InteractionDeleted: touched,
    IdentifiersRevealed: touched,
    SessionHoldPlaced: touched,
    SessionHoldReleased: touched,
  },
};

/** Only the version moves: REST shows no change of the session itself. */
function touched(row: SessionRow | null, { version }: Projected): SessionRow | null {
  return row && { ...row, version };
}

/** The session lives on from here: the ttl is measured anew. */
function interacted(row: SessionRow | null, { version, occurredAt }: Projected): SessionRow | null {
  return (
    row &&
    withDeadline({
      ...row,
      date_last_interaction: latest(row.date_created, row.date_last_interaction, occurredAt),
      version,
      date_updated: latest(row.date_updated, occurredAt),
    })
  );
}

function withDeadline(row: SessionRow): SessionRow {
  if (row.status === 'closed') return row;
  return {
    ...row,
    expires_at: expiresAt({ ttl: row.ttl, dateExpiry: row.date_expiry, idleSince: idleSince(row) }),
  };
}

function idleSince(row: SessionRow): string {
  return latest(row.date_created, row.date_last_interaction, row.date_reopened);
}
