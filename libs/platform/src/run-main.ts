import { isErrno, unusablePath } from './errno.js';
import { Shutdown } from './shutdown.js';
import { StartError } from './start-error.js';

/**
 * Runs a main.ts: parts that it has added to `shutdown` are stopped at a signal, and when the start fails.
 * What the operator can mend is said in one line; anything else is a bug of ours and comes with its stack.
 */
export async function runMain(main: (shutdown: Shutdown) => Promise<void>): Promise<void> {
  const shutdown = new Shutdown();
  shutdown.listen();
  try {
    await main(shutdown);
  } catch (error) {
    // A signal during the start takes away what the start stands on; its errors mean nothing then.
    if (shutdown.hasBegun) return;
    process.stderr.write(`maskline: ${explainError(error)}\n`);
    await shutdown.stop();
    process.exit(1);
  }
}

export function explainError(error: unknown): string {
  if (error instanceof StartError) return error.message;
  // A name with several addresses gives one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) return explainError(error.errors[0]);
  if (isErrno(error, 'EADDRINUSE')) return `${placeOf(error)} is in use: set PORT to another port`;
  if (isErrno(error, 'EADDRNOTAVAIL', 'ENOTFOUND') && error.syscall !== 'connect') {
    return `cannot listen on ${placeOf(error)}: set HOST to an address of this machine`;
  }
  if (isErrno(error, 'EACCES', 'EPERM') && error.syscall === 'listen') {
    return `may not listen on ${placeOf(error)}: set PORT to another port`;
  }
  const unusable = unusablePath(error);
  if (unusable !== null) return `cannot use ${unusable.path}: ${unusable.reason}`;
  if (isErrno(error, 'ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH')) {
    return `cannot reach ${placeOf(error)}`;
  }
  if (isErrno(error, ...databaseRefusals)) return `the database refuses: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** SQLSTATEs: wrong user or password, no such database, too many connections. Their messages hold no data. */
const databaseRefusals = ['28000', '28P01', '3D000', '53300'];

function placeOf(error: NodeJS.ErrnoException): string {
  const { address, port, hostname } = error as { address?: string; port?: number; hostname?: string };
  return `${address ?? hostname ?? 'the server'}${port === undefined || port < 0 ? '' : `:${port}`}`;
}
