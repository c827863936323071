import { z } from 'zod';
import { isErased } from '#domain';
import type { LegalHold } from '#read-model';
import { wireDate } from '../date-time.js';
import { DEFAULT_PAGE_SIZE } from '../page.js';
import { answer, dateOf } from '../resource-schema.js';
import { adminPageSchema, pageParameters } from './admin-page.js';
import { body, reason } from './parameters.js';

export const holdWish = body({
  Reason: reason('Why it is held, or held no more; kept in the history, encrypted.'),
});
export type HoldWish = z.infer<typeof holdWish>;

const heldSid = z
  .string()
  .regex(/^(?:AC|KC)[0-9a-f]{32}$/)
  .meta({ description: 'The SID of the account or of a session.' });

export const holdStateSchema = answer('LegalHoldState', { sid: heldSid, is_held: z.boolean() });
export type HoldState = z.infer<typeof holdStateSchema>;

const holdSchema = answer('LegalHold', {
  sid: heldSid,
  reason: z.string().nullable().meta({ description: 'Null for a read-only key.' }),
  placed_by: z.string().meta({ description: 'The account, one of its API keys, or a part of Maskline.' }),
  date_placed: dateOf('When it was placed.'),
});

export const holdPageSchema = adminPageSchema('ListLegalHoldResponse', 'legal_holds', holdSchema);

export interface HoldQuery {
  readonly size: number;
  /** The SID after which the page starts. */
  readonly after: string;
}

export const holdQuery = z.object(pageParameters).transform(({ PageSize, PageToken }): HoldQuery => ({
  size: PageSize ?? DEFAULT_PAGE_SIZE,
  after: PageToken?.sid ?? '',
}));

export function holdResource({ sid, reason: why, actor, placedAt }: LegalHold): z.infer<typeof holdSchema> {
  return {
    sid,
    reason: isErased(why) ? null : why,
    placed_by: actor,
    date_placed: wireDate(placedAt),
  };
}
