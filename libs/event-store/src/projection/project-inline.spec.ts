import { describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '#domain';
import { noChildren, type RowsBySid } from '../load/current.js';
import { projectInline } from './project-inline.js';
import { anyChildProjector, anyProjector, type ChildProjector, type Projector } from './projector.js';

// A shelf with books on it.

type ShelfEvent =
  | { type: 'ShelfPutUp'; data: Record<string, never> }
  | { type: 'BookAdded'; data: { book: string; title: string } }
  | { type: 'BookRenamed'; data: { book: string; title: string } }
  | { type: 'BookLost'; data: { book: string } }
  | { type: 'ShelfTornDown'; data: Record<string, never> };

interface ShelfRow {
  readonly sid: string;
  readonly version: number;
}

interface BookRow {
  readonly sid: string;
  readonly shelf: string;
  readonly title: string;
  readonly version: number;
}

const shelves: Projector<ShelfEvent, ShelfRow> = {
  table: 'shelf',
  times: [],
  on: {
    ShelfPutUp: (_, { streamId, version }) => ({ sid: streamId, version }),
    BookAdded: (row, { version }) => row && { ...row, version },
    BookRenamed: (row) => row,
    BookLost: (row) => row,
    ShelfTornDown: () => null,
  },
};

const books: ChildProjector<ShelfEvent, BookRow> = {
  table: 'book',
  times: [],
  parentColumn: 'shelf',
  endsWith: 'ShelfTornDown',
  on: {
    ShelfPutUp: null,
    BookAdded: {
      of: ({ book }) => book,
      apply: (_, { streamId, version, event: { data } }) => ({
        sid: data.book,
        shelf: streamId,
        title: data.title,
        version,
      }),
    },
    BookRenamed: {
      of: ({ book }) => book,
      apply: (row, { version, event: { data } }) => row && { ...row, title: data.title, version },
    },
    BookLost: { of: ({ book }) => book, apply: () => null },
    ShelfTornDown: null,
  },
};

const projectors = [anyProjector(shelves), anyChildProjector(books)];

function project(
  events: readonly ShelfEvent[],
  children: RowsBySid = noChildren,
  before: { version: number; rows: Record<string, object | null> } = { version: 0, rows: {} },
) {
  const all: readonly DomainEvent[] = events;
  return projectInline(projectors, 'S1', { ...before, children }, '2026-01-01T00:00:00.000Z', all);
}

const putUp: ShelfEvent = { type: 'ShelfPutUp', data: {} };
const tornDown: ShelfEvent = { type: 'ShelfTornDown', data: {} };
const added = (book: string, title = book): ShelfEvent => ({ type: 'BookAdded', data: { book, title } });
const renamed = (book: string, title: string): ShelfEvent => ({ type: 'BookRenamed', data: { book, title } });
const lost = (book: string): ShelfEvent => ({ type: 'BookLost', data: { book } });
const emma = { sid: 'B1', shelf: 'S1', title: 'Emma', version: 2 };

describe('the rows of one command', () => {
  it('are of the stream itself and below it, each at the version of its event', () => {
    const { rows, children, changes } = project([putUp, added('B1', 'Emma'), added('B2', 'Ulysses')]);
    const ulysses = { sid: 'B2', shelf: 'S1', title: 'Ulysses', version: 3 };
    expect(rows).toEqual({ shelf: { sid: 'S1', version: 3 } });
    expect(children).toEqual(
      new Map([
        ['B1', emma],
        ['B2', ulysses],
      ]),
    );
    expect(changes).toEqual([
      { table: 'shelf', sid: 'S1', row: { sid: 'S1', version: 3 } },
      { table: 'book', sid: 'B1', row: emma },
      { table: 'book', sid: 'B2', row: ulysses },
    ]);
  });

  it('are written once, however often they change', () => {
    const { changes } = project([added('B1'), renamed('B1', 'Persuasion')]);
    expect(changes).toEqual([
      { table: 'book', sid: 'B1', row: { sid: 'B1', shelf: 'S1', title: 'Persuasion', version: 2 } },
    ]);
  });

  it('are not written at all when they come and go', () => {
    expect(project([added('B1'), lost('B1')]).changes).toEqual([]);
  });

  it('are changed as they were loaded, and told if they were only looked at', () => {
    const other = { ...emma, sid: 'B2' };
    const loaded = new Map<string, object | null>([
      ['B1', emma],
      ['B2', other],
    ]);
    const before = { version: 7, rows: { shelf: { sid: 'S1', version: 7 } } };
    const { children, changes } = project([renamed('B1', 'Emma.')], loaded, before);
    const after = { ...emma, title: 'Emma.', version: 8 };
    expect(changes).toEqual([{ table: 'book', sid: 'B1', row: after }]);
    expect(children).toEqual(
      new Map([
        ['B1', after],
        ['B2', other],
      ]),
    );
    expect(loaded.get('B1')).toBe(emma);
    expect(project([lost('B1')], loaded, before).changes).toEqual([{ table: 'book', sid: 'B1', row: null }]);
  });

  it('cannot be changed without having been loaded', () => {
    expect(() => project([renamed('B1', 'x')])).toThrow('BookRenamed changes a book that was not loaded');
    expect(() => project([lost('B1')])).toThrow('not loaded');
    // Loaded, and known not to be there.
    expect(project([renamed('B1', 'x')], new Map([['B1', null]])).changes).toEqual([]);
  });

  it('all go with the stream, and what came before in the same command with them', () => {
    const { children, changes } = project([added('B2'), tornDown], new Map([['B1', emma]]), {
      version: 2,
      rows: { shelf: { sid: 'S1', version: 2 } },
    });
    expect(changes).toEqual([
      { table: 'shelf', sid: 'S1', row: null },
      { table: 'book', below: 'S1' },
    ]);
    expect(children).toEqual(
      new Map([
        ['B1', null],
        ['B2', null],
      ]),
    );
  });

  it('are left alone by a command that is about none of them', () => {
    const loaded = new Map([['B1', emma]]);
    expect(project([putUp], loaded).children).toBe(loaded);
  });
});
