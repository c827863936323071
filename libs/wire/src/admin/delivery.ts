import { z } from 'zod';
import type { DeliveryDetails, DeliveryFilter, DeliveryRow, DeliveryStatus } from '#read-model';
import { wireDate, wireDateOrNull } from '../date-time.js';
import { trueOrFalse, wholeNumber } from '../json-fields.js';
import { answer, dateOf, ownUrl, sidOf } from '../resource-schema.js';
import { adminPageSchema, adminRange, pageParameters, type AdminListQuery } from './admin-page.js';
import { body, oneOf, time } from './parameters.js';

export const DELIVERY_STATUSES = [
  'pending',
  'delivered',
  'failed',
  'canceled',
] as const satisfies readonly DeliveryStatus[];
/** What is pending is made anyway. */
const REDELIVERABLE = ['delivered', 'failed', 'canceled'] as const satisfies readonly DeliveryStatus[];
const DEFAULT_PER_SECOND = 10;
const MOST_PER_SECOND = 9999;

const dates = {
  DateCreatedFrom: time('Created then or later.'),
  DateCreatedTo: time('Created before.'),
};

export const deliveryQuery = z
  .object({ Status: oneOf(DELIVERY_STATUSES, 'What became of it.'), ...dates, ...pageParameters })
  .transform((query): AdminListQuery<DeliveryFilter> => ({
    filter: { status: query.Status, from: query.DateCreatedFrom, to: query.DateCreatedTo },
    range: adminRange(query),
  }));

export const redeliveryWish = body({
  Status: oneOf(REDELIVERABLE, 'What became of them; failed if not given.'),
  ...dates,
  PerSecond: wholeNumber(1, MOST_PER_SECOND)
    .default(DEFAULT_PER_SECOND)
    .meta({ description: 'So many are sent in a second at most, the oldest first.' }),
  DryRun: trueOrFalse
    .default(false)
    .meta({ description: 'Answers how many would be made again, and makes none.' }),
}).transform((form) => ({
  selection: {
    status: form.Status ?? ('failed' as const),
    from: form.DateCreatedFrom,
    to: form.DateCreatedTo,
  },
  perSecond: form.PerSecond,
  isDryRun: form.DryRun,
}));
export type RedeliveryWish = z.output<typeof redeliveryWish>;

export const redeliverySchema = answer('Redelivery', {
  dry_run: z.boolean(),
  deliveries: z.int().meta({ description: 'How many are made again; in a dry run, how many would be.' }),
});

export const deliverySchema = answer('Delivery', {
  sid: sidOf('DL'),
  account_sid: sidOf('AC'),
  service_sid: sidOf('KS'),
  session_sid: sidOf('KC'),
  interaction_sid: sidOf('KI'),
  event_id: z.uuid().meta({ description: 'Of what is told; the idempotency token of every attempt.' }),
  event_type: z.string().meta({ example: 'InteractionStarted' }),
  status: z.enum(DELIVERY_STATUSES),
  reason: z.string().nullable().meta({
    description: 'Why it is not delivered: how the last attempt failed, or why there are no more.',
  }),
  attempts: z.int(),
  next_attempt_at: dateOf('When it is tried next.').nullable(),
  date_created: dateOf('When there was something to tell.'),
  date_updated: dateOf('When anything became of it last.'),
  url: ownUrl,
});

export const deliveryPageSchema = adminPageSchema('ListDeliveryResponse', 'deliveries', deliverySchema);

const attemptSchema = answer('DeliveryAttempt', {
  number: z.int(),
  url: z.string().nullable().meta({ description: 'Null while it is under way, and for one cut short.' }),
  status: z.int().nullable().meta({ description: 'What was answered; null when nothing was.' }),
  failure: z.string().nullable().meta({ description: 'Why it was no success.', example: 'connect-timeout' }),
  content_type: z.string().nullable(),
  answer: z
    .string()
    .nullable()
    .meta({ description: 'The first 4 kB; null for a read-only key, and once it is erased.' }),
  milliseconds: z.int().nullable(),
  date_started: dateOf('When it began.'),
  date_ended: dateOf('When it was over.').nullable(),
});

export const deliveryDetailsSchema = answer('DeliveryDetails', {
  ...deliverySchema.shape,
  request: z.record(z.string(), z.string().nullable()).nullable().meta({
    description:
      'The form that is sent. Texts, media and durations in it are null for a read-only key; all of it is once its interaction or session is deleted.',
  }),
  history: z.array(attemptSchema).meta({ description: 'Every attempt, the first one first.' }),
});

/** A delivery in a list. */
export function deliveryResource(row: DeliveryRow, baseUrl: string): z.infer<typeof deliverySchema> {
  return {
    sid: row.sid,
    account_sid: row.account_sid,
    service_sid: row.service_sid,
    session_sid: row.session_sid,
    interaction_sid: row.interaction_sid,
    event_id: row.event_id,
    event_type: row.event_type,
    status: row.status,
    reason: row.reason,
    attempts: row.attempts,
    next_attempt_at: wireDateOrNull(row.next_attempt_at),
    date_created: wireDate(row.date_created),
    date_updated: wireDate(row.date_updated),
    url: `${baseUrl}/admin/v1/Services/${row.service_sid}/Deliveries/${row.sid}`,
  };
}

/** A delivery with all that was sent and answered. */
export function deliveryDetails(
  { request, history, ...row }: DeliveryDetails,
  baseUrl: string,
): z.infer<typeof deliveryDetailsSchema> {
  return {
    ...deliveryResource(row, baseUrl),
    request: request === null ? null : Object.fromEntries(request),
    history: history.map(({ number, url, status, failure, content_type, answer: text, ...dates }) => ({
      number,
      url,
      status,
      failure,
      content_type,
      answer: text,
      milliseconds:
        dates.date_ended === null ? null : Date.parse(dates.date_ended) - Date.parse(dates.date_started),
      date_started: wireDate(dates.date_started),
      date_ended: wireDateOrNull(dates.date_ended),
    })),
  };
}
