import { describe, expect, it } from '@jest/globals';
import type { InteractionRow } from '#read-model';
import {
  interactionResource,
  interactionSchema,
  messageInteractionPageSchema,
  messageInteractionResource,
  messageInteractionSchema,
} from './interaction-resource.js';

const AC = `AC${'1'.repeat(32)}`;
const KS = `KS${'2'.repeat(32)}`;
const KC = `KC${'3'.repeat(32)}`;
const KP = `KP${'4'.repeat(32)}`;
const KP2 = `KP${'5'.repeat(32)}`;
const KI = `KI${'6'.repeat(32)}`;
const SMa = `SM${'a'.repeat(32)}`;
const SMb = `SM${'b'.repeat(32)}`;
const base = 'https://proxy.example.test';

const forwarded: InteractionRow = {
  sid: KI,
  account_sid: AC,
  service_sid: KS,
  session_sid: KC,
  type: 'message',
  data: '{"body":"I am outside"}',
  media_urls: [],
  inbound_participant_sid: KP,
  inbound_resource_sid: SMa,
  inbound_resource_status: 'delivered',
  inbound_resource_type: 'Message',
  inbound_resource_url: null,
  outbound_participant_sid: KP2,
  outbound_resource_sid: SMb,
  outbound_resource_status: 'sent',
  outbound_resource_type: 'Message',
  outbound_resource_url: null,
  attempts: 1,
  is_pending: false,
  date_created: '2026-01-02T03:05:00.123Z',
  date_updated: '2026-01-02T03:05:02.123Z',
};

/** Sent by the account itself, and the carrier does not have it yet. */
const pending: InteractionRow = {
  ...forwarded,
  data: '{"body":"Your driver arrives in 2 minutes"}',
  inbound_participant_sid: null,
  inbound_resource_sid: null,
  inbound_resource_status: null,
  inbound_resource_type: null,
  outbound_participant_sid: KP,
  outbound_resource_sid: null,
  outbound_resource_status: null,
  outbound_resource_type: null,
  is_pending: true,
};

// Key by key and in order, as in the contract's examples: toBe on the text.
describe('interactionResource', () => {
  it('is the example of the contract', () => {
    const resource = interactionResource(forwarded, base);
    expect(JSON.stringify(resource)).toBe(
      JSON.stringify({
        service_sid: KS,
        data: '{"body":"I am outside"}',
        date_created: '2026-01-02T03:05:00Z',
        date_updated: '2026-01-02T03:05:02Z',
        inbound_participant_sid: KP,
        inbound_resource_sid: SMa,
        inbound_resource_status: 'delivered',
        inbound_resource_type: 'Message',
        inbound_resource_url: null,
        outbound_participant_sid: KP2,
        outbound_resource_sid: SMb,
        outbound_resource_status: 'sent',
        outbound_resource_type: 'Message',
        outbound_resource_url: null,
        sid: KI,
        type: 'message',
        url: `${base}/v1/Services/${KS}/Sessions/${KC}/Interactions/${KI}`,
        account_sid: AC,
        session_sid: KC,
      }),
    );
    expect(interactionSchema.parse(resource)).toEqual(resource);
  });

  it('shows a message of the account as the row has it', () => {
    const resource = interactionResource(pending, base);
    expect(resource).toMatchObject({ inbound_participant_sid: null, outbound_resource_type: null });
    expect(interactionSchema.parse(resource)).toEqual(resource);
  });
});

describe('messageInteractionResource', () => {
  it('is the example of the contract', () => {
    const row = { ...pending, outbound_resource_sid: SMb, outbound_resource_status: 'queued' as const };
    const resource = messageInteractionResource(row, KP, base);
    expect(JSON.stringify(resource)).toBe(
      JSON.stringify({
        service_sid: KS,
        data: '{"body":"Your driver arrives in 2 minutes"}',
        date_created: '2026-01-02T03:05:00Z',
        date_updated: '2026-01-02T03:05:02Z',
        participant_sid: KP,
        inbound_participant_sid: null,
        inbound_resource_sid: null,
        inbound_resource_status: null,
        inbound_resource_type: null,
        inbound_resource_url: null,
        outbound_participant_sid: KP,
        outbound_resource_sid: SMb,
        outbound_resource_status: 'queued',
        outbound_resource_type: 'Message',
        outbound_resource_url: null,
        sid: KI,
        type: 'message',
        url: `${base}/v1/Services/${KS}/Sessions/${KC}/Participants/${KP}/MessageInteractions/${KI}`,
        account_sid: AC,
        session_sid: KC,
      }),
    );
    expect(messageInteractionSchema.parse(resource)).toEqual(resource);
  });

  it('is listed under the key of the interactions', () => {
    expect(Object.keys(messageInteractionPageSchema.shape)).toEqual(['interactions', 'meta']);
  });
});
