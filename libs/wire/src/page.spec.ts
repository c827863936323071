import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Page } from '#read-model';
import { readPageToken, writePageToken } from './page-token.js';
import { MAX_OFFSET, pageQuery, pageResource, type PageRequest } from './page.js';

const url = 'https://proxy.test/v1/Services';
const row = (n: number) => ({
  sid: `KS${String(n).padStart(32, '0')}`,
  date_created: new Date(Date.UTC(2026, 0, 1) - n).toISOString(),
});
const request = (query: object): PageRequest => pageQuery.parse(query);
const metaOf = (query: object, page: Page<ReturnType<typeof row>>) =>
  pageResource('services', url, request(query), page, ({ sid }) => sid).meta;

describe('pageQuery', () => {
  it.each([
    [{}, { size: 50, page: 0, from: 0 }],
    [{ PageSize: '3' }, { size: 3 }],
    [{ PageSize: '1000' }, { size: 1000 }],
    [{ PageSize: '5000' }, { size: 1000 }],
    [{ PageSize: '9'.repeat(400) }, { size: 1000 }],
    [{ PageSize: '0' }, { size: 50 }],
    [{ PageSize: '-1' }, { size: 50 }],
    [{ PageSize: 'x' }, { size: 50 }],
    [{ PageSize: '' }, { size: 50 }],
    [{ PageSize: ['2', '4'] }, { size: 4 }],
    [
      { PageSize: '10', Page: '2' },
      { page: 2, from: 20 },
    ],
    [{ Page: 'x' }, { page: 0, from: 0 }],
    [{ PageToken: '' }, { from: 0, token: null }],
  ])('reads %j', (query, wanted) => {
    expect(request(query)).toMatchObject(wanted);
  });

  it.each([
    [{ PageToken: 'nonsense' }, 'PageToken'],
    [{ PageToken: 'PT' }, 'PageToken'],
    [
      { PageToken: `PT${Buffer.from(`A2026-02-31T00:00:00.000ZKS${'0'.repeat(32)}`).toString('base64url')}` },
      'PageToken',
    ],
    [{ PageSize: '1', Page: String(MAX_OFFSET + 1) }, 'Page'],
    [{ Page: '9'.repeat(30) }, 'Page'],
  ])('refuses %j', (query, parameter) => {
    expect(pageQuery.safeParse(query).error?.issues).toMatchObject([{ path: [parameter] }]);
  });
});

describe('pageResource', () => {
  it('shows an empty list as the contract does', () => {
    expect(pageResource('sessions', url, request({}), { rows: [], hasMore: false }, String)).toEqual({
      sessions: [],
      meta: {
        previous_page_url: null,
        next_page_url: null,
        url: `${url}?PageSize=50&Page=0`,
        page: 0,
        first_page_url: `${url}?PageSize=50&Page=0`,
        page_size: 50,
        key: 'sessions',
      },
    });
  });

  it('points on with the last record, and back with the first', () => {
    const token = writePageToken({ direction: 'after', dateCreated: row(9).date_created, sid: row(9).sid });
    const meta = metaOf(
      { PageSize: '2', Page: '2', PageToken: token },
      { rows: [row(1), row(2)], hasMore: true },
    );
    const at = (direction: 'after' | 'before', n: number) =>
      writePageToken({ direction, dateCreated: row(n).date_created, sid: row(n).sid });
    expect(meta).toMatchObject({
      url: `${url}?PageSize=2&Page=2&PageToken=${token}`,
      next_page_url: `${url}?PageSize=2&Page=3&PageToken=${at('after', 2)}`,
      previous_page_url: `${url}?PageSize=2&Page=1&PageToken=${at('before', 1)}`,
      first_page_url: `${url}?PageSize=2&Page=0`,
    });
  });

  it('ends where there are no more records', () => {
    expect(metaOf({}, { rows: [row(1)], hasMore: false }).next_page_url).toBeNull();
  });
});

describe('page tokens', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('after' as const, 'before' as const),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        fc.stringMatching(/^[A-Z]{2}[0-9a-f]{32}$/),
        (direction, date, sid) => {
          const cursor = { direction, dateCreated: date.toISOString(), sid };
          expect(readPageToken(writePageToken(cursor))).toEqual(cursor);
        },
      ),
    );
  });

  it('are refused when anything else is in them', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readPageToken(text)).toBeNull();
        expect(readPageToken(`PT${Buffer.from(text).toString('base64url')}`)).toBeNull();
      }),
    );
  });
});
