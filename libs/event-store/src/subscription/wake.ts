import { Logger } from '@nestjs/common';
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

const channel = 'maskline_appended';

/** Milliseconds between two notifications to other processes at least: they are hints, and one serves for all before it. */
const notifyEvery = 50;
const reconnectAfter = 1000;
/** Milliseconds that a server is given to close a connection. */
const goodbye = 1000;

/**
 * Wakes the readers of the log after an append: at once in this process, by NOTIFY in others. The notification is sent
 * outside the append's transaction, for inside it would make every commit of the database wait for the next. Every wake-up
 * is a hint; readers poll as well, so nothing depends on one.
 */
export class Wake {
  private readonly logger = new Logger(Wake.name);
  readonly #signals = new EventEmitter().setMaxListeners(0);
  readonly #stop = new AbortController();
  readonly #untold = new Set<number>();
  #telling: Promise<void> | null = null;
  #listening: Promise<void> | null = null;

  /** `connect` opens a connection of its own for LISTEN; null when this process reads nothing. */
  constructor(
    private readonly pool: pg.Pool,
    private readonly connect: (() => Promise<pg.Client>) | null,
  ) {}

  start(): void {
    if (this.connect !== null) this.#listening ??= this.#listen(this.connect);
  }

  /** Events were committed in this partition. */
  appended(partition: number): void {
    this.#signals.emit(String(partition));
    this.#untold.add(partition);
    this.#telling ??= this.#tell();
  }

  /**
   * Resolves at the next wake-up of the partition, or after so many milliseconds, or when `signal` aborts. The timer is one
   * of our own: nothing holds an `AbortSignal.timeout` within `AbortSignal.any`, and once the garbage collector has taken it, such
   * a wait has no end (Node 20).
   */
  next(partition: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    const name = String(partition);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#signals.off(name, end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#signals.on(name, end);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#telling, this.#listening]);
  }

  async #tell(): Promise<void> {
    const partitions = [...this.#untold];
    this.#untold.clear();
    const notify = { name: 'notify', text: 'select pg_notify($1, p::text) from unnest($2::int[]) p' };
    await this.pool.query({ ...notify, values: [channel, partitions] }).catch(() => undefined);
    await pause(notifyEvery, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    this.#telling = this.#untold.size > 0 && !this.#stop.signal.aborted ? this.#tell() : null;
  }

  async #listen(connect: () => Promise<pg.Client>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(await connect(), signal);
      } catch {
        this.logger.warn('the connection for wake-ups was lost; readers poll until it is back');
      }
      await pause(reconnectAfter, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns when stopped, throws when the connection breaks. */
  async #listenOnce(client: pg.Client, signal: AbortSignal): Promise<void> {
    client.on('notification', ({ payload }) => this.#signals.emit(payload ?? ''));
    client.on('error', () => undefined);
    // From the start and never rejecting: the connection may break, and the stop may come, while LISTEN is under way.
    const over = once(client, 'end', { signal }).catch(() => undefined);
    try {
      await Promise.race([client.query(`listen ${channel}`), over]);
      await over;
      if (!signal.aborted) throw new Error('the connection ended');
    } finally {
      await this.#end(client);
    }
  }

  /** A server that is silent says no goodbye either; the process goes without it. */
  async #end(client: pg.Client): Promise<void> {
    const ended = client.end().catch(() => undefined);
    await Promise.race([ended, pause(goodbye, undefined, { ref: false })]);
  }
}
