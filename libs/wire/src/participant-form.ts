import { z } from 'zod';
import { readSid } from '#domain';
import { readE164 } from './e164.js';
import { choice, failOnParticipantConflict, field, freeText, REQUIRED } from './fields.js';
import { reading } from './form-refusal.js';

const MAX_IDENTIFIER_LENGTH = 191;
const MAX_LENGTH = 255;

/** A participant as a caller asks for it; what is null was not given. */
export interface ParticipantForm {
  /** As it was sent: `readIdentifier` says whom it reaches. */
  readonly identifier: string;
  readonly friendlyName: string | null;
  readonly proxyIdentifier: string | null;
  readonly proxyIdentifierSid: string | null;
  readonly numberSelection: 'unused' | null;
}

const proxyIdentifierSid = field(
  { description: 'The SID of that number.', pattern: '^(PN|SC)[0-9a-fA-F]{32}$' },
  (text, refuse) => {
    if (text === '') return undefined;
    return readSid('PN', text) ?? readSid('SC', text) ?? refuse('It must be a PN or SC SID.');
  },
);

export const createParticipantForm = z
  .object({
    Identifier: freeText(
      MAX_IDENTIFIER_LENGTH,
      'The phone number of the person, in E.164, or a channel address.',
      { format: 'phone-number' },
    ).transform(reading((text, refuse) => text ?? refuse(REQUIRED))),
    FriendlyName: freeText(MAX_LENGTH, 'How the participant is called here.').optional(),
    ProxyIdentifier: freeText(
      MAX_LENGTH,
      "The number of the service's pool that the participant shall call or text; else one is chosen.",
    ).optional(),
    ProxyIdentifierSid: proxyIdentifierSid.optional(),
    NumberSelection: choice(
      ['unused'],
      'Not in Twilio: unused chooses only among numbers that no active session uses.',
    ).optional(),
    FailOnParticipantConflict: failOnParticipantConflict,
  })
  .transform((form): ParticipantForm => ({
    identifier: form.Identifier,
    friendlyName: form.FriendlyName ?? null,
    // Whether the pool has it is not a form's to say; short codes are digits alone.
    proxyIdentifier:
      form.ProxyIdentifier === undefined ? null : (readE164(form.ProxyIdentifier) ?? form.ProxyIdentifier),
    proxyIdentifierSid: form.ProxyIdentifierSid ?? null,
    numberSelection: form.NumberSelection ?? null,
  }));
