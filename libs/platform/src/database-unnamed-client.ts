import pg from 'pg';

/**
 * Sends statements without their names. A pooler that does not know prepared statements would send a name to a connection on
 * which it means nothing, or, in the hands of another version of Maskline, something else.
 */
export class UnnamedClient extends pg.Client {
  // One signature stands for the driver's eight, which differ only in how the answer comes.
  override query(...[first, ...rest]: unknown[]): never {
    return (super.query as (...args: unknown[]) => never).call(this, withoutName(first), ...rest);
  }
}

function withoutName(query: unknown): unknown {
  if (typeof query !== 'object' || query === null || !('name' in query) || 'submit' in query) return query;
  return { ...query, name: undefined };
}
