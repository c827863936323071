/** A list is sorted by (date_created, sid), newest first. This is a place in it: just before or just after a row. */
export interface PageCursor {
  readonly direction: 'after' | 'before';
  readonly dateCreated: string;
  readonly sid: string;
}

export interface PageRange {
  readonly size: number;
  /** From this place on, in its direction; a number skips so many rows from the start. */
  readonly from: PageCursor | number;
}

export interface Page<Row> {
  /** Newest first, whichever way the list was read. */
  readonly rows: readonly Row[];
  /** Whether there are more rows in the direction in which the list was read. */
  readonly hasMore: boolean;
}
