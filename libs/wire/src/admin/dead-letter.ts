import { z } from 'zod';
import { readSid } from '#domain';
import { wireDateOrNull } from '../date-time.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../page.js';
import { answer, dateOf, enumOrNull, ownUrl, sidOf } from '../resource-schema.js';
import { body, count, reason, text } from './parameters.js';

const MAX_READER = 100;

export interface DeadLetterQuery {
  readonly reader: string | null;
  readonly limit: number;
}

export const deadLetterQuery = z
  .object({
    Reader: text('Only those of this reader, e.g. consumer:billing.', MAX_READER),
    Limit: count(
      `Events in an answer, 1 to ${MAX_PAGE_SIZE}, ${DEFAULT_PAGE_SIZE} if not given.`,
      1,
      MAX_PAGE_SIZE,
    ),
  })
  .transform(({ Reader, Limit }): DeadLetterQuery => ({ reader: Reader, limit: Limit ?? DEFAULT_PAGE_SIZE }));

export const skipWish = body({
  Reason: reason('Why; kept in the open for good, so without personal data.'),
});
export type SkipWish = z.infer<typeof skipWish>;

const KINDS = ['parked', 'failed'] as const;
const WISHES = ['retry', 'skip'] as const;

export const deadLetterSchema = answer('DeadLetter', {
  id: z.string().meta({ description: 'Of a parked stream a number, else of a job.' }),
  kind: z.enum(KINDS).meta({
    description:
      'parked: a reader of the log set its resource aside there, and what comes later waits. failed: a consumer failed at it in every attempt.',
  }),
  reader: z.string().meta({ example: 'consumer:billing' }),
  account_sid: sidOf('AC').nullable(),
  resource_sid: z.string().meta({ description: 'What the event is about.' }),
  session_sid: sidOf('KC').nullable(),
  version: z.int().meta({ description: 'Its number within the resource, from 1.' }),
  event_id: z.uuid(),
  event_type: z.string().meta({ example: 'SessionCreated' }),
  position: z.int().meta({ description: 'Of the event, as the feed of events tells it.' }),
  error: z.string().meta({ description: 'Its name, without its words.' }),
  waiting: z.int().meta({ description: 'Events that wait, this one included.' }),
  asked: enumOrNull(WISHES),
  date_failed: dateOf('Since when it is given up.').nullable(),
  url: ownUrl,
});

export const deadLetterListSchema = answer('ListDeadLetterResponse', {
  dead_letters: z.array(deadLetterSchema),
  is_complete: z
    .boolean()
    .meta({ description: 'False while the queues cannot be reached: what consumers failed at is missing.' }),
  has_more: z.boolean().meta({ description: 'There are more: they show once some of these are settled.' }),
});

/** An event that could not be handled. */
interface KnownLetter {
  readonly id: string;
  readonly kind: (typeof KINDS)[number];
  readonly reader: string;
  readonly accountSid: string | null;
  readonly streamId: string;
  readonly version: number;
  readonly eventId: string;
  readonly type: string;
  readonly position: number;
  readonly error: string;
  readonly waiting: number;
  readonly asked: (typeof WISHES)[number] | null;
  readonly since: string | null;
}

export function deadLetterResource(letter: KnownLetter, baseUrl: string): z.infer<typeof deadLetterSchema> {
  return {
    id: letter.id,
    kind: letter.kind,
    reader: letter.reader,
    account_sid: letter.accountSid,
    resource_sid: letter.streamId,
    session_sid: readSid('KC', letter.streamId),
    version: letter.version,
    event_id: letter.eventId,
    event_type: letter.type,
    position: letter.position,
    error: letter.error,
    waiting: letter.waiting,
    asked: letter.asked,
    date_failed: wireDateOrNull(letter.since),
    url: `${baseUrl}/admin/v1/DeadLetters/${letter.id}`,
  };
}

interface KnownLetters {
  readonly events: readonly KnownLetter[];
  readonly hasMore: boolean;
  readonly isComplete: boolean;
}

export function deadLetterList(
  { events, hasMore, isComplete }: KnownLetters,
  baseUrl: string,
): z.infer<typeof deadLetterListSchema> {
  return {
    dead_letters: events.map((letter) => deadLetterResource(letter, baseUrl)),
    is_complete: isComplete,
    has_more: hasMore,
  };
}
