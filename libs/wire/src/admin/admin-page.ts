import { z } from 'zod';
import type { Page, PageCursor, PageRange } from '#read-model';
import { MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE } from '../page.js';
import { readPageToken, writePageToken } from '../page-token.js';
import { answer, ownUrl } from '../resource-schema.js';
import { count, parameter } from './parameters.js';

/** What the lists of the admin API take beside their own parameters. They are walked forward. */
export const pageParameters = {
  PageSize: count(
    `Records in a page, 1 to ${MAX_PAGE_SIZE}, ${DEFAULT_PAGE_SIZE} if not given.`,
    1,
    MAX_PAGE_SIZE,
  ),
  PageToken: parameter(
    'Where the page starts; taken from next_page_url.',
    (text) => {
      const cursor = readPageToken(text);
      return cursor?.direction === 'after' ? cursor : null;
    },
    'a token of this list',
  ),
};

/** What of a list is asked for: what narrows it, and the page. */
export interface AdminListQuery<Filter> {
  readonly filter: Filter;
  readonly range: PageRange;
}

/** The page that was asked for. */
export function adminRange(form: {
  readonly PageSize: number | null;
  readonly PageToken: PageCursor | null;
}): PageRange {
  return { size: form.PageSize ?? DEFAULT_PAGE_SIZE, from: form.PageToken ?? 0 };
}

/** Where a list goes on after a page that was read forward; null at its end. */
export function nextOf<Row extends { readonly sid: string; readonly date_created: string }>({
  rows,
  hasMore,
}: Page<Row>): PageCursor | null {
  const last = rows.at(-1);
  return hasMore && last !== undefined
    ? { direction: 'after', dateCreated: last.date_created, sid: last.sid }
    : null;
}

const adminMeta = answer('AdminPageMeta', {
  page_size: z.int(),
  first_page_url: ownUrl,
  next_page_url: ownUrl.nullable(),
  key: z.string().meta({ description: 'The key of the records beside meta.' }),
});

export function adminPageSchema<const Key extends string, Resource extends z.ZodType>(
  id: string,
  key: Key,
  resource: Resource,
) {
  // The type of a computed key is any string.
  const records = { [key]: z.array(resource) } as Record<Key, z.ZodArray<Resource>>;
  return answer(id, { ...records, meta: adminMeta });
}

/** `query` is what the list was asked for, as it was spelled; `url` is that of the list, without a query. */
export function adminPage<Row, Resource>(
  key: string,
  url: string,
  query: Readonly<Record<string, unknown>>,
  size: number,
  rows: readonly Row[],
  next: PageCursor | null,
  resource: (row: Row) => Resource,
) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    if (name !== 'PageToken' && name !== 'PageSize' && typeof last === 'string') asked.set(name, last);
  }
  asked.set('PageSize', String(size));
  const first = `${url}?${asked.toString()}`;
  const meta: z.infer<typeof adminMeta> = {
    page_size: size,
    first_page_url: first,
    next_page_url: next === null ? null : `${first}&PageToken=${writePageToken(next)}`,
    key,
  };
  return { [key]: rows.map(resource), meta };
}
