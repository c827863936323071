import { DomainError } from '#domain';
import { explainError, loadConfig, Shutdown, useProcessLog } from '#platform';
import { createProgram } from './program.js';

/** What a shell gives a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const shutdown = new Shutdown();
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(INTERRUPTED);
    interruption.abort(new Error('interrupted'));
  });
}

try {
  // Answers are on standard output, alone: what goes wrong below is told elsewhere.
  useProcessLog({ LOG_LEVEL: 'error' }, process.stderr);
  const cli = { config: loadConfig(), shutdown, interrupted: interruption.signal };
  const program = await createProgram(cli, process.argv[2]);
  await program.parseAsync();
} catch (error) {
  const isInterrupted = interruption.signal.aborted;
  const message = isInterrupted || error instanceof DomainError ? messageOf(error) : explainError(error);
  process.stderr.write(`maskline: ${message}\n`);
  process.exitCode = isInterrupted ? INTERRUPTED : 1;
}
await shutdown.stop();

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
