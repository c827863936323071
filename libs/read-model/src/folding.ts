import type { AnyChildProjector, AnyProjector, Projected } from '#event-store';

/** What a stream has become in a table so far. Only its folding knows what is in it; null is no row. */
export type Folded = object | null;

/** How the events of a stream become its rows in a table. */
export interface Folding {
  /** What was folded before may be changed in place. */
  readonly step: (folded: Folded, projected: Projected) => Folded;
  readonly rowsOf: (folded: Folded) => readonly FoldedRow[];
}

export type FoldedRow = Readonly<Record<string, unknown>> & { readonly sid: string };

/** One row, which is itself what is folded: most of the log is folded so. */
export function foldRow(projector: AnyProjector): Folding {
  return {
    step: (folded, projected) => projector.apply(folded, projected),
    // Made by a projector of rows with a SID.
    rowsOf: (folded) => (folded === null ? [] : [folded as FoldedRow]),
  };
}

/** Any number of rows, by their SIDs. */
export function foldChildren(projector: AnyChildProjector): Folding {
  return {
    step: (folded, projected) => {
      const { event } = projected;
      if (event.type === projector.endsWith) return null;
      const sid = projector.rowOf(event);
      if (sid === null) return folded;
      // Made here, below.
      const rows = (folded ?? new Map<string, object>()) as Map<string, object>;
      const row = projector.apply(rows.get(sid) ?? null, projected);
      if (row === null) rows.delete(sid);
      else rows.set(sid, row);
      return rows;
    },
    // As above.
    rowsOf: (folded) => (folded === null ? [] : [...(folded as Map<string, FoldedRow>).values()]),
  };
}
