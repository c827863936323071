import type { SessionRow } from '#read-model';
import { wireDate, wireDateOrNull } from '../date-time.js';
import type { CallbackForm } from './interaction-callback.js';

/** A participant as its row tells it. */
export interface CalledParticipant {
  readonly sid: string;
  readonly session_sid: string;
  readonly service_sid: string;
  readonly account_sid: string;
  readonly friendly_name: string | null;
  readonly identifier: string | null;
  readonly proxy_identifier: string | null;
  readonly proxy_identifier_sid: string | null;
  readonly date_created: string;
  readonly date_updated: string;
}

/** A session that is over, in which the one who calls or writes now was a participant by the same proxy number. */
export interface EarlierSession {
  readonly session: SessionRow;
  readonly inbound: CalledParticipant;
  /** Null when there was nobody else. */
  readonly outbound: CalledParticipant | null;
}

/**
 * What `OutOfSessionCallbackUrl` is asked about a call or message that no session takes (contract §12.3): the carrier's own
 * parameters as they came, and the earlier session, if there is one.
 */
export function outOfSessionCallback(carrier: CallbackForm, earlier: EarlierSession | null): CallbackForm {
  if (earlier === null) return carrier;
  const { session, inbound, outbound } = earlier;
  return [
    ...carrier,
    ...sessionFields(session),
    ...participantFields('inbound', inbound),
    ...(outbound === null ? [] : participantFields('outbound', outbound)),
  ];
}

function sessionFields(session: SessionRow): CallbackForm {
  return [
    ['sessionSid', session.sid],
    ['sessionAccountSid', session.account_sid],
    ['sessionServiceSid', session.service_sid],
    ['sessionUniqueName', session.unique_name ?? ''],
    ['sessionStatus', session.status],
    ['sessionClosedReason', session.closed_reason ?? ''],
    ['sessionMode', session.mode],
    ['sessionDateCreated', wireDate(session.date_created)],
    ['sessionDateUpdated', wireDate(session.date_updated)],
    ['sessionDateStarted', wireDateOrNull(session.date_started) ?? ''],
    ['sessionDateEnded', wireDateOrNull(session.date_ended) ?? ''],
    ['sessionDateLastInteraction', wireDateOrNull(session.date_last_interaction) ?? ''],
    ['ttl', String(session.ttl)],
  ];
}

function participantFields(side: 'inbound' | 'outbound', participant: CalledParticipant): CallbackForm {
  const name = `${side}Participant`;
  return [
    [`${name}Sid`, participant.sid],
    [`${name}AccountSid`, participant.account_sid],
    [`${name}ServiceSid`, participant.service_sid],
    [`${name}SessionSid`, participant.session_sid],
    [`${name}FriendlyName`, participant.friendly_name ?? ''],
    [`${name}Identifier`, participant.identifier ?? ''],
    [`${name}ProxyIdentifier`, participant.proxy_identifier ?? ''],
    [`${name}ProxyIdentifierSid`, participant.proxy_identifier_sid ?? ''],
    [`${name}DateCreated`, wireDate(participant.date_created)],
    [`${name}DateUpdated`, wireDate(participant.date_updated)],
  ];
}
