import { z } from 'zod';
import { readSid } from '#domain';
import type { SessionFilter } from '#read-model';
import { trueOrFalse, wholeNumber } from '../json-fields.js';
import { answer, sidOf } from '../resource-schema.js';
import { filterShape, sessionFilter } from './session-search.js';
import { body } from './parameters.js';

/** Sessions that one request closes at most. */
export const MOST_CLOSED = 1000;

/** Which sessions shall be closed: those of a list, or the active ones that a filter finds. */
export interface CloseWish {
  readonly sids: readonly string[] | null;
  readonly filter: SessionFilter | null;
  readonly limit: number;
  readonly isDryRun: boolean;
}

const sessionSid = z.string().transform((text, context) => {
  const found = readSid('KC', text);
  if (found !== null) return found;
  context.addIssue({ code: 'custom', message: 'It must be a list of KC SIDs.' });
  return z.NEVER;
});

export const closeWish = body({
  SessionSids: z
    .array(sessionSid, { error: 'It must be a list of KC SIDs.' })
    .max(MOST_CLOSED, `It has more than ${MOST_CLOSED} SIDs.`)
    .optional(),
  Filter: z
    .strictObject(filterShape, { error: 'It must be an object of what sessions are searched by.' })
    .optional()
    .meta({ description: 'The parameters by which sessions are searched; at least one.' }),
  Limit: wholeNumber(1, MOST_CLOSED).default(MOST_CLOSED),
  DryRun: trueOrFalse
    .default(false)
    .meta({ description: 'Answers what would be closed, and closes nothing.' }),
}).transform((form, context): CloseWish => {
  const { SessionSids: sids, Filter, Limit: limit, DryRun: isDryRun } = form;
  const filter = Filter === undefined ? null : sessionFilter(Filter);
  // Everything at once is nobody's wish by mistake.
  if ((sids === undefined) === (filter === null) || (filter !== null && isEmpty(filter))) {
    context.addIssue({
      code: 'custom',
      path: ['SessionSids'],
      message: 'Either it is given, or a Filter with at least one parameter.',
    });
    return z.NEVER;
  }
  return { sids: sids === undefined ? null : [...new Set(sids)], filter, limit, isDryRun };
});

function isEmpty(filter: SessionFilter): boolean {
  return Object.values(filter).every((value) => value === null);
}

export const closedSchema = answer('ClosedSessions', {
  dry_run: z.boolean(),
  closed: z.array(sidOf('KC')).meta({ description: 'In a dry run, what would be closed.' }),
  failed: z.array(answer('NotClosedSession', { sid: sidOf('KC'), code: z.int(), message: z.string() })),
  has_more: z.boolean().meta({ description: 'There are more that match: ask again.' }),
});
export type ClosedSessions = z.infer<typeof closedSchema>;
