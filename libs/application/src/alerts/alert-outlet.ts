import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { partitionOf } from '#event-store';
import { nameError, newSid, type Database } from '#platform';
import { keepAlerts, type RaisedAlert } from '#read-model';
import type { AlertPost } from './alert-post.js';
import type { AlertCode, AlertSubject } from './alerts.js';

/** Alerts that wait to be written down; more are counted and logged like all others, and that is all. */
const MOST_WAITING = 5_000;
const BATCH = 500;
const AGAIN_MS = 1_000;
/** Milliseconds that a process which stops gives to those that still wait. */
const PATIENCE_MS = 2_000;

/** Keeps alerts where they can be listed, and passes them on. Whoever raises one waits for nothing and hears of no failure. */
export class AlertOutlet implements BeforeApplicationShutdown {
  private readonly logger = new Logger(AlertOutlet.name);
  readonly #waiting: RaisedAlert[] = [];
  readonly #stop = new AbortController();
  #draining: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly partitions: number,
    private readonly post: AlertPost | null,
  ) {}

  offer(code: AlertCode, subject: AlertSubject): void {
    if (this.#waiting.length >= MOST_WAITING) return;
    const { accountSid, serviceSid, sessionSid = null, interactionSid = null, why = null } = subject;
    const partition = partitionOf(accountSid, this.partitions);
    const sid = newSid('NO');
    const alert = { partition, sid, accountSid, serviceSid, sessionSid, interactionSid, code, why };
    this.#waiting.push(alert);
    this.post?.offer(alert);
    this.#draining ??= this.#drain();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await Promise.race([this.#draining, pause(PATIENCE_MS, undefined, { ref: false })]);
    await this.post?.stop();
  }

  async #drain(): Promise<void> {
    let hasFailed = false;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      try {
        await keepAlerts(this.database.reads, batch);
        this.#waiting.splice(0, batch.length);
      } catch (error) {
        if (!hasFailed) this.logger.warn(`alerts cannot be written down: ${nameError(error)}`);
        hasFailed = true;
        if (this.#stop.signal.aborted) break;
        await pause(AGAIN_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
    // At once, not when the promise is settled: whoever offers in between would wait for nobody.
    this.#draining = null;
  }
}
