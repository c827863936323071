import { wireDate } from '../date-time.js';

/** What a callback says, as the parameters of a form. */
export type CallbackForm = readonly (readonly [name: string, value: string])[];

/** An interaction as its row tells it. */
export interface CalledInteraction {
  readonly sid: string;
  readonly session_sid: string;
  readonly service_sid: string;
  readonly account_sid: string;
  readonly type: 'message' | 'voice';
  /** JSON as text. */
  readonly data: string | null;
  readonly media_urls: readonly string[];
  readonly inbound_participant_sid: string | null;
  readonly inbound_resource_sid: string | null;
  readonly inbound_resource_status: string | null;
  readonly inbound_resource_type: 'Message' | 'Call' | null;
  readonly inbound_resource_url: string | null;
  readonly outbound_participant_sid: string | null;
  readonly outbound_resource_sid: string | null;
  readonly outbound_resource_status: string | null;
  readonly outbound_resource_type: 'Message' | 'Call' | null;
  readonly outbound_resource_url: string | null;
  readonly date_created: string;
  readonly date_updated: string;
}

/** Capitalised here, lower-case in REST; with the types of resources it is the other way round. */
const TYPES = { message: 'Message', voice: 'Voice' } as const;

/**
 * What `CallbackUrl` is told of a new interaction and of every change of its legs (contract §12.1). As long as there is no outbound
 * leg, its fields are absent; an inbound one is always told of, with empty fields when there is none.
 */
export function interactionCallback(interaction: CalledInteraction): CallbackForm {
  const { outbound_resource_sid: sid, outbound_resource_status: status } = interaction;
  const hasOutbound = sid !== null || status !== null;
  return [...interceptCallback(interaction), ...(hasOutbound ? outboundLeg(interaction) : [])];
}

/** What `InterceptCallbackUrl` is asked before there is an outbound leg (contract §12.2). */
export function interceptCallback(interaction: CalledInteraction): CallbackForm {
  return [
    ['interactionSid', interaction.sid],
    ['interactionSessionSid', interaction.session_sid],
    ['interactionServiceSid', interaction.service_sid],
    ['interactionAccountSid', interaction.account_sid],
    ['interactionType', TYPES[interaction.type]],
    ['interactionData', interaction.data ?? ''],
    ['interactionDateCreated', wireDate(interaction.date_created)],
    ['interactionDateUpdated', wireDate(interaction.date_updated)],
    ['inboundParticipantSid', interaction.inbound_participant_sid ?? ''],
    ['inboundResourceSid', interaction.inbound_resource_sid ?? ''],
    ['inboundResourceType', interaction.inbound_resource_type?.toLowerCase() ?? ''],
    ['inboundResourceStatus', interaction.inbound_resource_status ?? ''],
    ['inboundResourceUrl', interaction.inbound_resource_url ?? ''],
    ...interaction.media_urls.map((url, n) => [`interactionMediaUrl${n}`, url] as const),
  ];
}

/** Whether a parameter of such a callback tells what people said or did: their text, their media, how long they talked. */
export function isPersonalParameter(name: string): boolean {
  return /^interaction(Data|MediaUrl\d+)$/.test(name);
}

function outboundLeg(interaction: CalledInteraction): CallbackForm {
  return [
    ['outboundParticipantSid', interaction.outbound_participant_sid ?? ''],
    ['outboundResourceSid', interaction.outbound_resource_sid ?? ''],
    ['outboundResourceType', interaction.outbound_resource_type?.toLowerCase() ?? ''],
    ['outboundResourceStatus', interaction.outbound_resource_status ?? ''],
    ['outboundResourceUrl', interaction.outbound_resource_url ?? ''],
  ];
}
