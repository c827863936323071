import { z } from 'zod';
import { wireDate, wireDateOrNull } from '../date-time.js';
import { answer, dateOf, ownUrl } from '../resource-schema.js';
import { body } from './parameters.js';

const MOST_TYPES = 100;
const startExpected = 'It must be beginning, now, or a position.';

/** Whether there are such event types, and such a name may be, is not judged here. */
export const consumerWish = body({
  Name: z
    .string({ error: 'It is required, as text.' })
    .max(40, 'It is longer than 40 characters.')
    .meta({ description: 'Small letters, digits and dashes.' }),
  Types: z
    .array(z.string(), { error: 'It must be a list of event types.' })
    .min(1, 'It must be a list of event types.')
    .max(MOST_TYPES, `It has more than ${MOST_TYPES} types.`)
    .optional()
    .meta({ description: 'The events that it gets; all when not given.' }),
  Start: z
    .union([z.enum(['beginning', 'now']), z.int().min(0)], { error: startExpected })
    .default('now')
    .meta({ description: 'From which event on: the first of all, the next, or the one after a position.' }),
});
export type ConsumerWish = z.infer<typeof consumerWish>;

const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };

export const removeConsumerQuery = z.object({
  DropQueue: z
    .unknown()
    .meta({
      type: 'boolean',
      description: 'Throws its queue away too, with what lies there unhandled or failed.',
    })
    .transform((value, context): boolean => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      if (last === undefined || last === '') return false;
      const flag = typeof last === 'string' ? FLAGS[last] : undefined;
      if (flag !== undefined) return flag;
      context.addIssue({ code: 'custom', message: 'It must be true or false.' });
      return z.NEVER;
    })
    .optional()
    .transform((value) => value ?? false),
});
export type RemoveConsumerQuery = z.output<typeof removeConsumerQuery>;

const unlessAway = 'Null while the queues cannot be reached.';

export const consumerFields = {
  name: z.string(),
  types: z.array(z.string()).nullable().meta({ description: 'The events that it gets; null for all.' }),
  is_paused: z.boolean(),
  lag_events: z
    .int()
    .nullable()
    .meta({ description: `Events that it has not handled, in the log and in its queue. ${unlessAway}` }),
  lag_seconds: z
    .number()
    .nullable()
    .meta({ description: `How long the first of them has been waiting. ${unlessAway}` }),
  behind: z.int().meta({ description: 'Events of the log that were not looked at for it yet.' }),
  waiting: z
    .int()
    .nullable()
    .meta({ description: `Events in its queue. ${unlessAway}` }),
  retrying: z
    .int()
    .nullable()
    .meta({
      description: `Those of them that wait for another attempt: its program or its URL fails, or asks to be told later. ${unlessAway}`,
    }),
  failed: z
    .int()
    .nullable()
    .meta({ description: `Events that it failed at in every attempt. ${unlessAway}` }),
  date_created: dateOf('When it was registered.'),
  date_paused: dateOf('Since when nothing is sent to it.').nullable(),
  is_gone: z.boolean().meta({ description: 'It is paused because its URL answered that it is gone (410).' }),
  webhook_url: z
    .string()
    .nullable()
    .meta({ description: 'Where it is told of events as CloudEvents; null for a program of its own.' }),
  url: ownUrl,
};

export const consumerSchema = answer('Consumer', consumerFields);

export const consumerListSchema = answer('ListConsumerResponse', { consumers: z.array(consumerSchema) });

export const retriedSchema = answer('RetriedConsumer', {
  name: z.string(),
  retried: z.int().meta({ description: 'Events that it is sent again.' }),
});

/** A consumer as its status tells it. */
interface KnownConsumer {
  readonly name: string;
  readonly types: readonly string[] | null;
  readonly createdAt: string;
  readonly pausedAt: string | null;
  readonly pausedBecause: 'gone' | null;
  readonly webhook: { readonly url: string } | null;
  readonly behind: number;
  readonly waiting: number | null;
  readonly retrying: number | null;
  readonly failed: number | null;
  readonly lagSeconds: number | null;
}

export function consumerResource(consumer: KnownConsumer, baseUrl: string): z.infer<typeof consumerSchema> {
  const { name, types, createdAt, pausedAt, pausedBecause, webhook } = consumer;
  const { behind, waiting, retrying, failed, lagSeconds } = consumer;
  return {
    name,
    types: types === null ? null : [...types],
    is_paused: pausedAt !== null,
    lag_events: waiting === null ? null : behind + waiting,
    lag_seconds: lagSeconds,
    behind,
    waiting,
    retrying,
    failed,
    date_created: wireDate(createdAt),
    date_paused: wireDateOrNull(pausedAt),
    is_gone: pausedBecause === 'gone',
    webhook_url: webhook?.url ?? null,
    url: `${baseUrl}/admin/v1/Consumers/${name}`,
  };
}
