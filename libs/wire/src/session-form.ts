import { z } from 'zod';
import type { NewSession, SessionUpdate } from '#domain';
import { choice, dateTime, given, seconds, uniqueName } from './fields.js';
import { readParticipants } from './read-participants.js';

export const MODES = ['message-only', 'voice-only', 'voice-and-message'] as const;

const ttl = seconds('Seconds from the creation or the last interaction; 0 is no limit.').optional();
const dateExpiry = dateTime('When the session ends; wins over Ttl.').optional();

/** Existed from 2020 to 2022 and is what happens anyway: read and ignored. */
const failOnParticipantConflict = z
  .string()
  .meta({ description: 'Without effect: a conflict always fails.', deprecated: true })
  .optional();

const participants = z
  .array(z.string())
  .meta({ description: 'JSON objects with an Identifier, or one JSON array of them. Not available yet.' })
  .transform((values, context) => {
    const wishes = readParticipants(values);
    if (wishes?.length === 0) return;
    const message =
      wishes === null
        ? 'It must be a JSON object with an Identifier, or a JSON array of such objects.'
        : 'Participants are not available yet in this version.';
    context.addIssue({ code: 'custom', message });
  })
  .optional();

export const createSessionForm = z
  .object({
    UniqueName: uniqueName('KC', 'Unique in the service; free again once the session is deleted.').optional(),
    DateExpiry: dateExpiry,
    Ttl: ttl,
    Mode: choice(MODES, 'Fixed at creation.').optional(),
    Status: choice(['open', 'in-progress', 'closed'], 'The first status.').optional(),
    Participants: participants,
    FailOnParticipantConflict: failOnParticipantConflict,
  })
  .transform(
    // With `ttl: null` the session takes its service's default.
    (form): Omit<NewSession, 'accountSid' | 'serviceSid' | 'ttl'> & { readonly ttl: number | null } => ({
      uniqueName: form.UniqueName ?? null,
      mode: form.Mode ?? 'voice-and-message',
      ttl: form.Ttl ?? null,
      dateExpiry: form.DateExpiry ?? null,
      status: form.Status ?? 'open',
    }),
  );

/** Only what is sent changes; an empty DateExpiry clears it. Which status may follow which is the model's to say. */
export const updateSessionForm = z
  .object({
    DateExpiry: dateExpiry,
    Ttl: ttl,
    Status: choice(
      ['open', 'in-progress', 'closed', 'failed', 'unknown'],
      'closed ends the session, in-progress opens it again.',
    ).optional(),
    FailOnParticipantConflict: failOnParticipantConflict,
  })
  .transform((form): SessionUpdate =>
    given({ ttl: form.Ttl, dateExpiry: form.DateExpiry, status: form.Status }),
  );
