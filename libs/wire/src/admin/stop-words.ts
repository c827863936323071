import { z } from 'zod';
import { answer, sidOf } from '../resource-schema.js';
import { body } from './parameters.js';

/** Contract §13.4: with Twilio it is a flag of the account (`ProxyRespectSmsStopFilterFlag`). */
export const stopWordsWish = body({
  Respect: z
    .boolean('It must be true, false or null.')
    .nullable()
    .meta({ description: 'Null for what the setting of the installation says.' }),
});
export type StopWordsWish = z.infer<typeof stopWordsWish>;

export const stopWordsSchema = answer('StopWords', {
  service_sid: sidOf('KS'),
  respect: z
    .boolean()
    .nullable()
    .meta({ description: 'What was set; null for what the setting of the installation says.' }),
  in_force: z.boolean().meta({ description: 'Whether opt-out words are kept from the partner.' }),
});

/** `byDefault` is what holds for services that have nothing set. */
export function stopWordsResource(
  {
    sid,
    respects_stop_words: respect,
  }: { readonly sid: string; readonly respects_stop_words: boolean | null },
  byDefault: boolean,
): z.infer<typeof stopWordsSchema> {
  return { service_sid: sid, respect, in_force: respect ?? byDefault };
}
