import { randomUUID } from 'node:crypto';
import {
  createService,
  createSession,
  DomainError,
  serviceStream,
  sessionStream,
  updateSession,
} from '#domain';
import type { EventContext, EventStore } from '#event-store';
import { newSid, type Database } from '#platform';

const accountSid = newSid('AC');

export interface Acknowledged {
  readonly sid: string;
  readonly version: number;
  readonly requestId: string;
}

export interface WritersOptions {
  readonly writers: number;
  /** Every command has a key of its own, so that a try after a lost answer is a duplicate. */
  readonly isKeyed?: boolean;
  /** Milliseconds that a writer waits when it was told to come again. */
  readonly retryAfter?: number;
}

/** Writers that each change their own session again and again, as long as they are let. */
export class BusyWriters {
  readonly acknowledged: Acknowledged[] = [];
  /** By the code of the refusal. */
  readonly refused: Record<string, number> = {};
  /** Milliseconds that the slowest answer took, good or bad. */
  slowest = 0;
  #isStopping = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly options: WritersOptions,
  ) {}

  async start(): Promise<void> {
    const settings = {
      accountSid,
      uniqueName: randomUUID(),
      defaultTtl: 0,
      callbackUrl: null,
      interceptCallbackUrl: null,
      outOfSessionCallbackUrl: null,
      geoMatchLevel: 'country',
      numberSelectionBehavior: 'prefer-sticky',
      chatInstanceSid: null,
    } as const;
    const service = await this.store.create(serviceStream, newSid('KS'), this.#context(), null, () =>
      createService(serviceStream.initial, settings),
    );
    const sids = await Promise.all(
      Array.from({ length: this.options.writers }, () => this.#open(service.sid)),
    );
    this.#running = Promise.all(sids.map((sid) => this.#write(sid)));
    // Whoever stops them learns of a failure.
    this.#running.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #open(serviceSid: string): Promise<string> {
    const parent = { stream: serviceStream, id: serviceSid };
    const wish = {
      accountSid,
      serviceSid,
      uniqueName: null,
      mode: 'voice-only',
      ttl: 0,
      dateExpiry: null,
      status: 'open',
    } as const;
    const { sid } = await this.store.create(sessionStream, newSid('KC'), this.#context(), parent, ({ now }) =>
      createSession(sessionStream.initial, wish, now),
    );
    return sid;
  }

  async #write(sid: string): Promise<void> {
    for (let ttl = 1_000_000; !this.#isStopping; ttl++) {
      const context = this.#context();
      const started = performance.now();
      try {
        const { version } = await this.store.change(sessionStream, sid, context, (session, { now }) =>
          updateSession(session, { ttl }, now),
        );
        this.acknowledged.push({ sid, version, requestId: context.requestId ?? '' });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        this.refused[error.code] = (this.refused[error.code] ?? 0) + 1;
      } finally {
        this.slowest = Math.max(this.slowest, performance.now() - started);
      }
      if (this.options.retryAfter !== undefined) await this.#rest();
    }
  }

  async #rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.options.retryAfter));
  }

  #context(): EventContext {
    const requestId = `RQ${randomUUID()}`;
    const idempotency = { commandId: requestId, fingerprint: 'one request' };
    return {
      accountSid,
      actor: accountSid,
      requestId,
      correlationId: requestId,
      causationId: null,
      traceParent: null,
      idempotency: this.options.isKeyed === true ? idempotency : null,
    };
  }
}

/** What is wrong with the acknowledgements: each must be in the log once, at its version, and no command twice. */
export async function auditAcknowledged(
  database: Database,
  acknowledged: readonly Acknowledged[],
): Promise<string[]> {
  const { rows } = await database.admin.query<{
    stream_id: string;
    version: number;
    request_id: string;
    position: number;
  }>('select stream_id, version, request_id, position from maskline.event order by position');
  const wrong: string[] = [];
  const logged = new Map<string, string>();
  const versions = new Map<string, number>();
  rows.forEach(({ stream_id, version, request_id, position }, i) => {
    if (position !== i + 1) wrong.push(`a gap before position ${position}`);
    if (version !== (versions.get(stream_id) ?? 0) + 1) wrong.push(`${stream_id} jumps to ${version}`);
    versions.set(stream_id, version);
    if (logged.has(request_id)) wrong.push(`${request_id} was done twice`);
    logged.set(request_id, `${stream_id} at ${version}`);
  });
  for (const { sid, version, requestId } of acknowledged) {
    if (logged.get(requestId) !== `${sid} at ${version}`)
      wrong.push(`${requestId} was acknowledged, but is not there`);
  }
  return wrong;
}
