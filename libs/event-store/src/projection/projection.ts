import type { RowsBySid, RowsByTable } from '../load/current.js';

/** What a projection writes: a row or, with null, that there is none; or that nothing is left below a stream. */
export type InlineChange =
  | { readonly table: string; readonly sid: string; readonly row: object | null }
  | { readonly table: string; readonly below: string };

/** What is known of a stream's rows. */
export interface InlineRows {
  readonly version: number;
  readonly rows: RowsByTable;
  readonly children: RowsBySid;
}

/** The rows after new events, and which of them are others than before. */
export interface Projection extends Pick<InlineRows, 'rows' | 'children'> {
  readonly changes: readonly InlineChange[];
}
