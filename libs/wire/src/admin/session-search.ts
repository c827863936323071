import { z } from 'zod';
import { maskedIdentifier } from '#domain';
import type { FoundParticipant, PageCursor, SessionFilter, SessionRow } from '#read-model';
import { wireDateOrNull } from '../date-time.js';
import { DEFAULT_PAGE_SIZE } from '../page.js';
import { answer, dateOf, sidOf } from '../resource-schema.js';
import { MODES } from '../session-form.js';
import { sessionResource, sessionSchema } from '../session-resource.js';
import { adminPageSchema, pageParameters } from './admin-page.js';
import { body, oneOf, reason, sid, text, time } from './parameters.js';

const STATUSES = ['open', 'in-progress', 'closed'] as const satisfies readonly SessionRow['status'][];

/** What sessions are found by. */
export const filterShape = {
  Sid: sid('KC', 'The SID of the session.'),
  UniqueName: text('The unique name, in whatever service.', 191),
  Identifier: text('The phone number or channel address of somebody who is or was in it.', 191),
  ServiceSid: sid('KS', 'The SID of its service.'),
  Status: oneOf(STATUSES, 'The status as the API shows it.'),
  Mode: oneOf(MODES, 'The mode.'),
  DateCreatedFrom: time('Created then or later.'),
  DateCreatedTo: time('Created before.'),
  DateEndedFrom: time('Ended then or later.'),
  DateEndedTo: time('Ended before.'),
};

export function sessionFilter(form: z.output<z.ZodObject<typeof filterShape>>): SessionFilter {
  return {
    sid: form.Sid,
    uniqueName: form.UniqueName,
    identifier: form.Identifier,
    serviceSid: form.ServiceSid,
    status: form.Status,
    mode: form.Mode,
    createdFrom: form.DateCreatedFrom,
    createdTo: form.DateCreatedTo,
    endedFrom: form.DateEndedFrom,
    endedTo: form.DateEndedTo,
  };
}

export interface SessionQuery {
  readonly filter: SessionFilter;
  readonly size: number;
  readonly after: PageCursor | null;
}

export const sessionQuery = z
  .object({ ...filterShape, ...pageParameters })
  .transform((query): SessionQuery => ({
    filter: sessionFilter(query),
    size: query.PageSize ?? DEFAULT_PAGE_SIZE,
    after: query.PageToken,
  }));

const foundParticipant = answer('FoundParticipant', {
  sid: sidOf('KP'),
  identifier: z
    .string()
    .nullable()
    .meta({ description: 'A number without its last four digits.', example: '+1500555XXXX' }),
  proxy_identifier: z.string(),
  date_deleted: dateOf('When it was removed from the session.').nullable(),
});

export const foundSessionSchema = answer('FoundSession', {
  ...sessionSchema.shape,
  participants: z.array(foundParticipant),
});

export const foundSessionPageSchema = adminPageSchema(
  'ListFoundSessionResponse',
  'sessions',
  foundSessionSchema,
);

/** A session as a search shows it, to whoever asks: identifiers come masked, and a reveal shows them. */
export function foundSession(
  row: SessionRow,
  participants: readonly FoundParticipant[],
  baseUrl: string,
): z.infer<typeof foundSessionSchema> {
  return {
    ...sessionResource(row, baseUrl),
    participants: participants
      .filter(({ session_sid }) => session_sid === row.sid)
      .map(({ sid: participantSid, identifier, proxy_identifier, date_deleted }) => ({
        sid: participantSid,
        identifier: identifier === null ? null : maskedIdentifier(identifier),
        proxy_identifier,
        date_deleted: wireDateOrNull(date_deleted),
      })),
  };
}

export const revealWish = body({
  Reason: reason('Why somebody must see them; kept in the history of the session.'),
});
export type RevealWish = z.infer<typeof revealWish>;

export const revealedSchema = answer('RevealedSession', {
  session_sid: sidOf('KC'),
  participants: z.array(
    answer('RevealedParticipant', {
      sid: sidOf('KP'),
      identifier: z.string().nullable(),
      friendly_name: z.string().nullable(),
      proxy_identifier: z.string(),
      date_deleted: dateOf('When it was removed from the session.').nullable(),
    }),
  ),
});

export function revealedSession(
  sessionSid: string,
  participants: readonly FoundParticipant[],
): z.infer<typeof revealedSchema> {
  return {
    session_sid: sessionSid,
    participants: participants.map((participant) => ({
      sid: participant.sid,
      identifier: participant.identifier,
      friendly_name: participant.friendly_name,
      proxy_identifier: participant.proxy_identifier,
      date_deleted: wireDateOrNull(participant.date_deleted),
    })),
  };
}
