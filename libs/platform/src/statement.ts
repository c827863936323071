/** What `pool.query` takes: a named statement is parsed and planned once per connection. */
export interface BoundStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * A statement of the hot path: `const load = statement('load-stream', 'select …')`, then
 * `pool.query<Row>(load(partition, id))`. Name and text stand
 * together, since PostgreSQL refuses a name that comes with another text.
 */
export function statement(name: string, text: string): (...values: unknown[]) => BoundStatement {
  return (...values) => ({ name, text, values });
}
