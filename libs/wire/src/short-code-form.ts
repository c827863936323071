import { z } from 'zod';
import { readSid } from '#domain';
import { field, flag, given, REQUIRED } from './fields.js';

export const createShortCodeForm = z
  .object({
    Sid: field(
      { description: 'The SID of a short code of the account.', pattern: '^SC[0-9a-fA-F]{32}$' },
      (text, refuse) => readSid('SC', text) ?? refuse(text === '' ? REQUIRED : 'It must be a SC SID.'),
    ),
  })
  .transform((form) => ({ sid: form.Sid }));

/** Without IsReserved nothing changes. */
export const updateShortCodeForm = z
  .object({
    IsReserved: flag('Reserved short codes are given to no participant by themselves.').optional(),
  })
  .transform((form) => given({ isReserved: form.IsReserved }));
