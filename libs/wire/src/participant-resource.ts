import { z } from 'zod';
import type { ParticipantRow } from '#read-model';
import { wireDate, wireDateOrNull } from './date-time.js';
import { pageSchema } from './page.js';
import { answer, dateOf, ownUrl, sidOf } from './resource-schema.js';

export const participantSchema = answer('Participant', {
  sid: sidOf('KP'),
  session_sid: sidOf('KC'),
  service_sid: sidOf('KS'),
  account_sid: sidOf('AC'),
  identifier: z
    .string()
    .nullable()
    .meta({ description: "The person's own phone number or channel address." }),
  proxy_identifier: z.string().meta({ description: 'The number that the participant calls or texts.' }),
  proxy_identifier_sid: z.string().regex(/^(PN|SC)[0-9a-f]{32}$/),
  friendly_name: z.string().nullable(),
  date_deleted: dateOf('When it was removed from the session.').nullable(),
  date_updated: dateOf('When it was changed last.'),
  date_created: dateOf('When it joined the session.'),
  url: ownUrl,
  links: z.object({ message_interactions: ownUrl }).meta({ additionalProperties: true }),
});

export const participantPageSchema = pageSchema('ListParticipantResponse', 'participants', participantSchema);

/** A participant as Twilio shows it (contract §6.5); what was erased since is null, as a look into the past may find it. */
export function participantResource(row: ParticipantRow, baseUrl: string): z.infer<typeof participantSchema> {
  const url = `${baseUrl}/v1/Services/${row.service_sid}/Sessions/${row.session_sid}/Participants/${row.sid}`;
  return {
    sid: row.sid,
    session_sid: row.session_sid,
    service_sid: row.service_sid,
    account_sid: row.account_sid,
    identifier: row.identifier,
    proxy_identifier: row.proxy_identifier,
    proxy_identifier_sid: row.proxy_identifier_sid,
    friendly_name: row.friendly_name,
    date_deleted: wireDateOrNull(row.date_deleted),
    date_updated: wireDate(row.date_updated),
    date_created: wireDate(row.date_created),
    url,
    links: { message_interactions: `${url}/MessageInteractions` },
  };
}
