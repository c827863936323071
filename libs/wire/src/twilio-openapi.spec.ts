import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { InteractionRow, ParticipantRow, PhoneNumberRow } from '#read-model';
import { twilioOpenApi, violations } from '#testing';
import { interactionResource, messageInteractionResource } from './interaction-resource.js';
import { createMessageInteractionForm } from './message-interaction-form.js';
import { createParticipantForm } from './participant-form.js';
import { participantResource } from './participant-resource.js';
import { createPhoneNumberForm, updatePhoneNumberForm } from './phone-number-form.js';
import { phoneNumberResource } from './phone-number-resource.js';
import { createServiceForm, updateServiceForm } from './service-form.js';
import { createSessionForm, updateSessionForm } from './session-form.js';

const base = 'https://proxy.example.test';
const sid = (prefix: string) => prefix + '0a'.repeat(16);
const shared = {
  account_sid: sid('AC'),
  service_sid: sid('KS'),
  date_created: '2026-01-02T03:04:05.678Z',
  date_updated: '2026-01-02T03:04:05.678Z',
};

const phoneNumber: PhoneNumberRow = {
  ...shared,
  sid: sid('PN'),
  phone_number: '+15005550010',
  friendly_name: '(500) 555-0010',
  iso_country: 'US',
  capabilities: { voice: true, sms: true, mms: false, fax: false },
  is_reserved: true,
  version: 1,
};
const participant: ParticipantRow = {
  ...shared,
  sid: sid('KP'),
  session_sid: sid('KC'),
  identifier: '+15005550001',
  friendly_name: 'Alice',
  proxy_identifier: '+15005550010',
  proxy_identifier_sid: sid('PN'),
  date_deleted: '2026-01-02T03:04:05.678Z',
};
const call: InteractionRow = {
  ...shared,
  sid: sid('KI'),
  session_sid: sid('KC'),
  type: 'voice',
  data: '{"duration":"5"}',
  media_urls: [],
  inbound_participant_sid: sid('KP'),
  inbound_resource_sid: sid('CA'),
  inbound_resource_status: 'completed',
  inbound_resource_type: 'Call',
  inbound_resource_url: 'https://api.twilio.com/2010-04-01/Accounts/AC/Calls/CA.json',
  outbound_participant_sid: sid('KP'),
  outbound_resource_sid: null,
  outbound_resource_status: 'no-answer',
  outbound_resource_type: null,
  outbound_resource_url: null,
  attempts: 1,
  is_pending: false,
};
const message: InteractionRow = {
  ...call,
  type: 'message',
  data: '{"body":"hello"}',
  inbound_participant_sid: null,
  inbound_resource_sid: null,
  inbound_resource_status: null,
  inbound_resource_type: null,
  inbound_resource_url: null,
};

/** Where the contract knowingly departs from the file. */
const deviations = [
  // Live answers had these; the file has only the four that sum them up.
  /^body\.capabilities\.(?:\w+_(?:inbound|outbound|domestic)|sip_trunking): unknown$/,
  // The file forgets to say of these two that they may be null, as its own text says.
  /^body\.(?:in|out)bound_resource_status: null$/,
];

describe("Twilio's OpenAPI file", () => {
  it.each([
    ['phone_number', phoneNumberResource(phoneNumber, 1, base)],
    ['session.participant', participantResource(participant, base)],
    ['session.interaction', interactionResource(call, base)],
    ['session.interaction', interactionResource(message, base)],
    ['session.participant.message_interaction', messageInteractionResource(message, sid('KP'), base)],
  ])('describes a %s as we show it, with the same keys', (name, resource) => {
    const schema = twilioOpenApi.components.schemas[`proxy.v1.service.${name}`];
    expect(Object.keys(resource).sort()).toEqual(Object.keys(schema?.properties ?? {}).sort());
    const found = violations(resource, schema ?? {}, 'body');
    expect(found.filter((violation) => !deviations.some((known) => known.test(violation)))).toEqual([]);
  });

  const services = '/v1/Services';
  const sessions = `${services}/{ServiceSid}/Sessions`;
  const participants = `${sessions}/{SessionSid}/Participants`;
  const numbers = `${services}/{ServiceSid}/PhoneNumbers`;

  it.each<[string, z.ZodType, string[]]>([
    [services, createServiceForm, []],
    [`${services}/{Sid}`, updateServiceForm, []],
    [sessions, createSessionForm, ['FailOnParticipantConflict']],
    [`${sessions}/{Sid}`, updateSessionForm, ['FailOnParticipantConflict']],
    [participants, createParticipantForm, ['FailOnParticipantConflict', 'NumberSelection']],
    [`${participants}/{ParticipantSid}/MessageInteractions`, createMessageInteractionForm, []],
    [numbers, createPhoneNumberForm, []],
    [`${numbers}/{Sid}`, updatePhoneNumberForm, []],
  ])('names the parameters that our form of %s has', (path, form, more) => {
    const body =
      twilioOpenApi.paths[path]?.['post']?.requestBody?.content['application/x-www-form-urlencoded'];
    const ours = Object.keys(z.toJSONSchema(form, { io: 'input' }).properties ?? {});
    expect(ours.filter((name) => !more.includes(name)).sort()).toEqual(
      Object.keys(body?.schema.properties ?? {}).sort(),
    );
  });
});
