import { z } from 'zod';
import { consumerFields, consumerWish } from './consumer.js';
import { trueOrFalse, wholeNumber } from '../json-fields.js';
import { answer } from '../resource-schema.js';
import { body } from './parameters.js';

const MOST_HOURS = 9999;

const url = z.string({ error: 'It is required, as text.' }).meta({
  description:
    'https, or http into a network of one’s own. Whether it is called is for CALLBACK_REACH to say.',
});
const secret = z
  .string({ error: 'It must be text.' })
  .optional()
  .meta({ description: 'whsec_ and 24 to 64 bytes in base64.' });
const flag = trueOrFalse.default(false);

/** Whether the URL and the secret may be is not judged here. */
export const webhookWish = body({
  ...consumerWish.shape,
  Url: url,
  Ordered: flag.meta({
    description: 'The events of a session, or whatever has a stream, come one after the other.',
  }),
  Personal: flag.meta({
    description: 'It is told of numbers, names and texts too, in plain; else they are left out.',
  }),
  Secret: secret,
});
export type WebhookWish = z.infer<typeof webhookWish>;

export const webhookChange = body({
  Url: url.optional(),
  Secret: secret,
  NewSecret: flag.meta({
    description:
      'Makes another secret, and one more when it is sent again: a Secret of your own may be repeated.',
  }),
  KeepHours: wholeNumber(0, MOST_HOURS)
    .default(24)
    .meta({ description: 'For how long the secret before it signs as well.' }),
})
  .refine(({ Url, Secret, NewSecret }) => NewSecret || (Url ?? Secret) !== undefined, {
    error: 'It says nothing to change: give Url, Secret or NewSecret.',
  })
  .refine(({ Secret, NewSecret }) => !NewSecret || Secret === undefined, {
    error: 'It says two secrets: give Secret or NewSecret.',
  });
export type WebhookChange = z.infer<typeof webhookChange>;

export const webhookSchema = answer('Webhook', {
  ...consumerFields,
  secret: z
    .string()
    .nullable()
    .meta({ description: 'Shown this once: what it is told is signed with it. Null where it stays.' }),
});
