import { z } from 'zod';
import { freeText, readUrl } from './fields.js';
import { reading } from './form-refusal.js';

/** What Twilio's Messaging takes: longer bodies are its error 21617, more media its error 21623. */
const MAX_BODY_LENGTH = 1600;
const MAX_MEDIA = 10;

/** A message from the account to a participant; what is null was not given. */
export interface MessageWish {
  readonly body: string | null;
  readonly mediaUrls: readonly string[] | null;
}

const mediaUrls = z
  .array(z.string().meta({ format: 'uri' }))
  .meta({ description: `URLs of pictures and other media, at most ${MAX_MEDIA}; for carriers with MMS.` })
  .transform(
    reading((values, refuse) => {
      const urls = values.filter((value) => value !== '');
      if (urls.length > MAX_MEDIA) return refuse(`There are more than ${MAX_MEDIA}.`);
      return urls.length === 0 ? null : urls.map((url) => readUrl(url, refuse));
    }),
  );

export const createMessageInteractionForm = z
  .object({
    Body: freeText(MAX_BODY_LENGTH, 'The text of the message.').optional(),
    MediaUrl: mediaUrls.optional(),
  })
  .transform(
    reading((form, refuse): MessageWish => {
      const wish = { body: form.Body ?? null, mediaUrls: form.MediaUrl ?? null };
      return wish.body === null && wish.mediaUrls === null ? refuse('Body or MediaUrl is required.') : wish;
    }, 'Body'),
  );
