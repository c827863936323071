import type { BoundStatement } from '#platform';

/** What runs a statement: a pool or a client of pg. Who sends it says what a row of its answer is. */
export interface Queryable {
  query<Row extends object>(statement: BoundStatement): Promise<{ rows: Row[] }>;
}
