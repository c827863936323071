import { z } from 'zod';
import type { Page, PageRange } from '#read-model';
import { readPageToken, writePageToken } from './page-token.js';
import { answer, ownUrl } from './resource-schema.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 1000;
/** A page that is asked for by its number alone is counted off from the start, so how far is bounded. */
export const MAX_OFFSET = 100_000;

/** The page that a caller asks for. */
export interface PageRequest extends PageRange {
  /** The caller's own count of pages; only shown again. */
  readonly page: number;
  readonly token: string | null;
}

/** A repeated parameter counts once, with its last value. */
const text = (description: string, type: Readonly<Record<string, unknown>> = { type: 'string' }) =>
  z
    .unknown()
    .meta({ ...type, description })
    .transform((value) => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      return typeof last === 'string' ? last : undefined;
    })
    .optional();

/** `PageSize` is never refused (SDKs send 5000 for `limit: 5000`): too large is clamped, nonsense is the default. */
export const pageQuery = z
  .object({
    PageSize: text(`Records in a page, 1 to ${MAX_PAGE_SIZE}, ${DEFAULT_PAGE_SIZE} if not given.`, {
      type: 'integer',
      minimum: 1,
      maximum: MAX_PAGE_SIZE,
    }),
    Page: text('The number of the page, from 0; for a page without PageToken it is counted off.', {
      type: 'integer',
      minimum: 0,
    }),
    PageToken: text('Where the page starts; taken from the URLs in meta.'),
  })
  .transform(({ PageSize, Page, PageToken }, context): PageRequest => {
    const size = Math.min(wholeNumber(PageSize) || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
    const page = wholeNumber(Page);
    if (PageToken !== undefined && PageToken !== '') {
      const cursor = readPageToken(PageToken);
      if (cursor !== null) return { size, page, token: PageToken, from: cursor };
      context.addIssue({ code: 'custom', path: ['PageToken'], message: 'It is not a token of this list.' });
      return z.NEVER;
    }
    if (page * size <= MAX_OFFSET) return { size, page, token: null, from: page * size };
    context.addIssue({
      code: 'custom',
      path: ['Page'],
      message: 'It is out of range.',
    });
    return z.NEVER;
  });

/** 0 for whatever is no whole number. */
function wholeNumber(digits = ''): number {
  return /^[0-9]{1,9}$/.test(digits) ? Number(digits) : /^[0-9]+$/.test(digits) ? 999_999_999 : 0;
}

const pageMeta = answer('PageMeta', {
  page: z.int().min(0),
  page_size: z.int().min(1).max(MAX_PAGE_SIZE),
  first_page_url: ownUrl,
  previous_page_url: ownUrl.nullable(),
  url: ownUrl,
  next_page_url: ownUrl.nullable(),
  key: z.string().meta({ description: 'The key of the records beside meta.' }),
});

/** What `pageResource` makes: the records under `key`, beside `meta`. */
export function pageSchema(id: string, key: string, resource: z.ZodType) {
  return answer(id, { [key]: z.array(resource), meta: pageMeta });
}

interface Listed {
  readonly sid: string;
  readonly date_created: string;
}

/**
 * A list as Twilio shows it: the records under their key, and `meta` with absolute URLs that SDKs follow verbatim.
 * `url` is that of the list, without a query.
 */
export function pageResource<Row extends Listed, Resource>(
  key: string,
  url: string,
  request: PageRequest,
  { rows, hasMore }: Page<Row>,
  resource: (row: Row) => Resource,
) {
  const { size, page, token, from } = request;
  const isBackwards = typeof from !== 'number' && from.direction === 'before';
  const first = rows[0];
  const last = rows.at(-1);
  const hasNext = (isBackwards || hasMore) && last !== undefined;
  const hasPrevious = isBackwards ? hasMore && page > 0 : page > 0;
  const pageUrl = (number: number, pageToken: string | null) =>
    `${url}?PageSize=${size}&Page=${number}${pageToken === null ? '' : `&PageToken=${pageToken}`}`;
  const cursor = (direction: 'after' | 'before', row: Listed) =>
    writePageToken({ direction, dateCreated: row.date_created, sid: row.sid });
  const meta: z.infer<typeof pageMeta> = {
    page,
    page_size: size,
    first_page_url: pageUrl(0, null),
    // Page 0 is the start of the list as it is by then, records that came meanwhile included.
    previous_page_url: hasPrevious
      ? pageUrl(page - 1, page > 1 && first !== undefined ? cursor('before', first) : null)
      : null,
    url: pageUrl(page, token),
    next_page_url: hasNext ? pageUrl(page + 1, cursor('after', last)) : null,
    key,
  };
  return { [key]: rows.map(resource), meta };
}
