import { z } from 'zod';
import { LEG_STATUSES, type InteractionType } from '#domain';
import type { InteractionRow } from '#read-model';
import { wireDate } from './date-time.js';
import { pageSchema } from './page.js';
import { answer, anyUrl, dateOf, enumOrNull, ownUrl, sidOf } from './resource-schema.js';

const TYPES = ['message', 'voice'] as const satisfies readonly InteractionType[];
const RESOURCE_TYPES = ['Message', 'Call'] as const;

/** The carrier's own SID of a message or call. */
const resourceSid = z
  .string()
  .regex(/^[a-zA-Z]{2}[0-9a-fA-F]{32}$/)
  .nullable();

const content = {
  service_sid: sidOf('KS'),
  data: z
    .string()
    .nullable()
    .meta({ description: 'JSON: the body of a message, or the duration of a call in seconds.' }),
  date_created: dateOf('When it came.'),
  date_updated: dateOf('When anything became known of it last.'),
};

const legs = {
  inbound_participant_sid: sidOf('KP').nullable(),
  inbound_resource_sid: resourceSid,
  inbound_resource_status: enumOrNull(LEG_STATUSES),
  inbound_resource_type: enumOrNull(RESOURCE_TYPES),
  inbound_resource_url: anyUrl.nullable(),
  outbound_participant_sid: sidOf('KP').nullable(),
  outbound_resource_sid: resourceSid,
  outbound_resource_status: enumOrNull(LEG_STATUSES),
  outbound_resource_type: enumOrNull(RESOURCE_TYPES),
  outbound_resource_url: anyUrl.nullable(),
  sid: sidOf('KI'),
  type: z.enum(TYPES),
  url: ownUrl,
  account_sid: sidOf('AC'),
  session_sid: sidOf('KC'),
};

export const interactionSchema = answer('Interaction', { ...content, ...legs });

export const interactionPageSchema = pageSchema('ListInteractionResponse', 'interactions', interactionSchema);

/** An interaction as Twilio shows it (contract §7.3). */
export function interactionResource(row: InteractionRow, baseUrl: string): z.infer<typeof interactionSchema> {
  return { ...contentOf(row), ...legsOf(row, `${sessionUrl(row, baseUrl)}/Interactions/${row.sid}`) };
}

export const messageInteractionSchema = answer('MessageInteraction', {
  ...content,
  participant_sid: sidOf('KP'),
  ...legs,
});

/** Its records stand under the key of the interactions, as in Twilio. */
export const messageInteractionPageSchema = pageSchema(
  'ListMessageInteractionResponse',
  'interactions',
  messageInteractionSchema,
);

/** A message that the account itself sent to this participant (contract §8.4): it came in from nobody. */
export function messageInteractionResource(
  row: InteractionRow,
  participantSid: string,
  baseUrl: string,
): z.infer<typeof messageInteractionSchema> {
  const url = `${sessionUrl(row, baseUrl)}/Participants/${participantSid}/MessageInteractions/${row.sid}`;
  return {
    ...contentOf(row),
    participant_sid: participantSid,
    ...legsOf(row, url),
    // Shown from the start, also while the carrier does not have the message yet.
    outbound_resource_type: 'Message',
  };
}

function sessionUrl(row: InteractionRow, baseUrl: string): string {
  return `${baseUrl}/v1/Services/${row.service_sid}/Sessions/${row.session_sid}`;
}

function contentOf(row: InteractionRow) {
  return {
    service_sid: row.service_sid,
    data: row.data,
    date_created: wireDate(row.date_created),
    date_updated: wireDate(row.date_updated),
  };
}

function legsOf(row: InteractionRow, url: string) {
  return {
    inbound_participant_sid: row.inbound_participant_sid,
    inbound_resource_sid: row.inbound_resource_sid,
    inbound_resource_status: row.inbound_resource_status,
    inbound_resource_type: row.inbound_resource_type,
    inbound_resource_url: row.inbound_resource_url,
    outbound_participant_sid: row.outbound_participant_sid,
    outbound_resource_sid: row.outbound_resource_sid,
    outbound_resource_status: row.outbound_resource_status,
    outbound_resource_type: row.outbound_resource_type,
    outbound_resource_url: row.outbound_resource_url,
    sid: row.sid,
    type: row.type,
    url,
    account_sid: row.account_sid,
    session_sid: row.session_sid,
  };
}
