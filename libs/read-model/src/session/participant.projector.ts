import { isErased, type SessionEvent } from '#domain';
import type { ChildProjector } from '#event-store';
import { latest } from '../latest.js';
import type { ParticipantRow } from '../tables.js';

/** The participants of a session as the REST API shows them, those who were removed too. */
export const participantProjector: ChildProjector<SessionEvent, ParticipantRow> = {
  table: 'participant',
  times: ['date_deleted', 'date_created', 'date_updated'],
  parentColumn: 'session_sid',
  endsWith: 'SessionDeleted',
  on: {
    ParticipantAdded: {
      of: ({ participantSid }) => participantSid,
      apply: (_, { streamId, occurredAt, event: { data } }) => ({
        sid: data.participantSid,
        account_sid: data.accountSid,
        service_sid: data.serviceSid,
        session_sid: streamId,
        identifier: isErased(data.identifier) ? null : data.identifier,
        friendly_name: isErased(data.friendlyName) ? null : data.friendlyName,
        proxy_identifier: data.proxyIdentifier,
        proxy_identifier_sid: data.proxyIdentifierSid,
        date_deleted: null,
        date_created: occurredAt,
        date_updated: occurredAt,
      }),
    },
    ParticipantRemoved: {
      of: ({ participantSid }) => participantSid,
      apply: (row, { occurredAt }) => {
        if (row === null) return null;
        const at = latest(row.date_updated, occurredAt);
        return { ...row, date_deleted: at, date_updated: at };
      },
    },
    SessionCreated: null,
    SessionStarted: null,
    SessionTtlChanged: null,
    SessionExpiryChanged: null,
    SessionClosed: null,
    SessionExpired: null,
    SessionReopened: null,
    SessionDeleted: null,
    InteractionStarted: null,
    ForwardAttempted: null,
    InteractionLegStatusChanged: null,
    InteractionBlocked: null,
    InteractionCompleted: null,
    InteractionDeleted: null,
    IdentifiersRevealed: null,
    SessionHoldPlaced: null,
    SessionHoldReleased: null,
  },
};
