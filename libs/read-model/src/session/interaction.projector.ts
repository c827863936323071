import { isErased, type InteractionType, type SessionEvent } from '#domain';
import type { ChildProjector } from '#event-store';
import { latest } from '../latest.js';
import type { InteractionRow } from '../tables.js';

/** The interactions of a session as the REST API shows them, with what is left to do for each. */
export const interactionProjector: ChildProjector<SessionEvent, InteractionRow> = {
  table: 'interaction',
  times: ['date_created', 'date_updated'],
  parentColumn: 'session_sid',
  endsWith: 'SessionDeleted',
  on: {
    InteractionStarted: {
      of: ({ interactionSid }) => interactionSid,
      apply: (_, { streamId, occurredAt, event: { data } }) => ({
        sid: data.interactionSid,
        account_sid: data.accountSid,
        service_sid: data.serviceSid,
        session_sid: streamId,
        type: data.type,
        data: typeof data.body === 'string' ? JSON.stringify({ body: data.body }) : null,
        media_urls: data.mediaUrls === null || isErased(data.mediaUrls) ? [] : data.mediaUrls,
        inbound_participant_sid: data.inbound?.participantSid ?? null,
        inbound_resource_sid: data.inbound?.resourceSid ?? null,
        inbound_resource_status: data.inbound === null ? null : onArrival[data.type],
        inbound_resource_type: data.inbound === null ? null : resourceType[data.type],
        inbound_resource_url: data.inbound?.resourceUrl ?? null,
        outbound_participant_sid: data.outboundParticipantSid,
        outbound_resource_sid: null,
        outbound_resource_status: null,
        outbound_resource_type: null,
        outbound_resource_url: null,
        attempts: 0,
        is_pending: data.type === 'message',
        date_created: occurredAt,
        date_updated: occurredAt,
      }),
    },
    ForwardAttempted: {
      of: ({ interactionSid }) => interactionSid,
      apply: (row, { occurredAt, event: { data } }) =>
        row && { ...row, attempts: data.attempt, date_updated: latest(row.date_updated, occurredAt) },
    },
    InteractionLegStatusChanged: {
      of: ({ interactionSid }) => interactionSid,
      apply: (row, { occurredAt, event: { data } }) => {
        if (row === null) return null;
        const date_updated = latest(row.date_updated, occurredAt);
        if (data.leg === 'inbound') return { ...row, inbound_resource_status: data.status, date_updated };
        return {
          ...row,
          outbound_resource_sid: data.resourceSid ?? row.outbound_resource_sid,
          outbound_resource_status: data.status,
          outbound_resource_type: resourceType[row.type],
          outbound_resource_url: data.resourceUrl ?? row.outbound_resource_url,
          is_pending: false,
          date_updated,
        };
      },
    },
    InteractionBlocked: {
      of: ({ interactionSid }) => interactionSid,
      apply: (row, { occurredAt }) =>
        row && {
          ...row,
          outbound_participant_sid: null,
          outbound_resource_status: 'canceled',
          is_pending: false,
          date_updated: latest(row.date_updated, occurredAt),
        },
    },
    InteractionCompleted: {
      of: ({ interactionSid }) => interactionSid,
      apply: (row, { occurredAt, event: { data } }) =>
        row && {
          ...row,
          data:
            typeof data.duration === 'number'
              ? JSON.stringify({ duration: String(data.duration) })
              : row.data,
          inbound_resource_status: 'completed',
          date_updated: latest(row.date_updated, occurredAt),
        },
    },
    InteractionDeleted: { of: ({ interactionSid }) => interactionSid, apply: () => null },
    SessionCreated: null,
    SessionStarted: null,
    SessionTtlChanged: null,
    SessionExpiryChanged: null,
    SessionClosed: null,
    SessionExpired: null,
    SessionReopened: null,
    SessionDeleted: null,
    ParticipantAdded: null,
    ParticipantRemoved: null,
    IdentifiersRevealed: null,
    SessionHoldPlaced: null,
    SessionHoldReleased: null,
  },
};

/** Twilio says so when an interaction begins, whatever comes after. */
const onArrival = { message: 'delivered', voice: 'in-progress' } as const satisfies Record<
  InteractionType,
  string
>;

const resourceType = { message: 'Message', voice: 'Call' } as const satisfies Record<InteractionType, string>;
