import { setTimeout as pause } from 'node:timers/promises';
import type { FailureLog } from './failure-log.js';
import type { QueueBackend } from './queue-backend.js';

const tryEvery = 1_000;

interface Closable {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens a queue or worker as soon as its backend is there; null when stopped before. `absent` is told of each try that failed. */
export async function openWhenThere<Opened extends Closable>(
  backend: QueueBackend,
  open: () => Opened,
  log: FailureLog,
  signal: AbortSignal,
  absent: () => void = () => undefined,
): Promise<Opened | null> {
  while (!signal.aborted) {
    let opened: Opened | null = null;
    try {
      await backend.probe();
      opened = open();
      await opened.waitUntilReady();
      log.recovered();
      return opened;
    } catch (error) {
      log.failed(error instanceof Error ? error : new Error(String(error)));
      absent();
      await opened?.close().catch(() => undefined);
      await pause(tryEvery, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}
