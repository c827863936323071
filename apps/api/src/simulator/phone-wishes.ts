import { z } from 'zod';
import { isStorable, storable, trueOrFalse, wholeNumber } from '#wire';

// What is asked of phones, in JSON. Why a value is refused never repeats the value.

const MAX_BODY_LENGTH = 1600;
const MAX_MEDIA = 10;
const MAX_URL_LENGTH = 4000;
/** Four hours, as long as Twilio lets a call last. */
const MAX_SECONDS = 14_400;

const required = { error: 'It is required, as text.' };

/** A phone, or what it calls or texts: a phone number or a short code. */
const phone = z
  .string(required)
  .regex(/^\+[1-9]\d{6,14}$/, 'It must be a phone number such as +12025550101.');
const receiver = z
  .string(required)
  .regex(/^(?:\+[1-9]\d{6,14}|\d{5,6})$/, 'It must be a phone number such as +12025550101, or a short code.');

const text = storable(z.string(required)).refine(
  (value) => [...value].length <= MAX_BODY_LENGTH,
  `It is longer than ${MAX_BODY_LENGTH} characters.`,
);

const url = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine((value) => /^https?:\/\/\S+$/.test(value) && isStorable(value) && URL.canParse(value));

export const textWish = z
  .object({
    from: phone,
    to: receiver,
    body: text.default(''),
    media: z
      .array(url, { error: 'It must be a list of http or https URLs.' })
      .max(MAX_MEDIA, `It has more than ${MAX_MEDIA} URLs.`)
      .default([]),
  })
  .refine(({ body, media }) => body !== '' || media.length > 0, {
    path: ['body'],
    error: 'A message has a body or media.',
  });
export type TextWish = z.infer<typeof textWish>;

export const callWish = z.object({
  from: phone,
  to: receiver,
  answer: trueOrFalse.default(true),
  seconds: wholeNumber(0, MAX_SECONDS).default(60),
});
export type CallWish = z.infer<typeof callWish>;

export const numberWish = z.object({ phoneNumber: receiver });
export type NumberWish = z.infer<typeof numberWish>;
