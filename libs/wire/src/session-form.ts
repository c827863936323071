import { z } from 'zod';
import type { NewSession, SessionUpdate } from '#domain';
import { choice, dateTime, failOnParticipantConflict, given, seconds, uniqueName } from './fields.js';
import { reading } from './form-refusal.js';
import type { ParticipantForm } from './participant-form.js';
import { readParticipants } from './read-participants.js';

export const MODES = ['message-only', 'voice-only', 'voice-and-message'] as const;

const ttl = seconds('Seconds from the creation or the last interaction; 0 is no limit.').optional();
const dateExpiry = dateTime('When the session ends; wins over Ttl.').optional();

const participants = z
  .array(z.string())
  .meta({
    description:
      'The first participants, at most 2: JSON objects with an Identifier, or one JSON array of them. Their keys are those of the form that adds a participant.',
  })
  .transform(reading(readParticipants))
  .optional();

/** A new session as a caller asks for it. */
export interface SessionForm extends Omit<NewSession, 'accountSid' | 'serviceSid' | 'ttl'> {
  /** With null the session takes its service's default. */
  readonly ttl: number | null;
  readonly participants: readonly ParticipantForm[];
}

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
  .transform((form): SessionForm => ({
    uniqueName: form.UniqueName ?? null,
    mode: form.Mode ?? 'voice-and-message',
    ttl: form.Ttl ?? null,
    dateExpiry: form.DateExpiry ?? null,
    status: form.Status ?? 'open',
    participants: form.Participants ?? [],
  }));

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
