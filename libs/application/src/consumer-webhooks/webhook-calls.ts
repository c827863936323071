import { Logger } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import {
  claimStream,
  moveStream,
  pauseGone,
  readOrdered,
  readWebhook,
  releaseStream,
  upcasters,
  withoutSealed,
  type Consumer,
  type RecordedEvent,
  type StreamClaim,
  type WebhookSettings,
} from '#event-store';
import { readCallTarget, type Database, type OutboundHttp } from '#platform';
import { readJobEvent, TryLater, type EventJob } from '#queues';
import { CLOUD_EVENT_TYPE, cloudEvent, webhookHeaders } from '#wire';
import { callbackFailure } from '../callbacks/callbacks.js';
import { openWebhookSecret } from './webhook-secrets.js';

type Registration = Pick<Consumer, 'name' | 'id'>;

const GONE = 410;

/** Milliseconds until a job comes again that met a pause: by then nobody takes jobs any more. */
const PAUSED_MS = 3_000;
/** The same for one whose stream is being told by another. */
const CLAIMED_MS = 500;

/** An event was not taken. Its name is the reason, for that is all that is kept of an error, and it is shown to operators. */
class WebhookFailure extends Error {
  constructor(override readonly name: string) {
    super(name);
  }
}

/** Tells consumers that are a URL of events, as CloudEvents that are signed as Standard Webhooks says. */
export class ConsumerWebhookCalls {
  private readonly logger = new Logger(ConsumerWebhookCalls.name);

  constructor(
    private readonly database: Pick<Database, 'subscriptions'>,
    private readonly http: Pick<OutboundHttp, 'post'>,
    private readonly masterKey: KeyObject,
  ) {}

  /** Rejects when the event was not taken; then its job comes again. */
  async tell(consumer: Registration, job: EventJob): Promise<void> {
    const settings = await this.#settingsOf(consumer);
    if (settings === null) return;
    // A replay asks for its events one by one.
    if (settings.isOrdered && job.replayId === null) {
      await this.#tellStream(consumer, job);
      return;
    }
    const key = settings.hasPersonal ? this.masterKey : null;
    const recorded = await readJobEvent(this.database.subscriptions, job, key);
    await this.#send(consumer, settings, recorded, job.replayId);
  }

  /**
   * Tells everything of the stream that was not told yet, up to the version of the job. Whoever does so holds a claim, for no
   * transaction may wait for a server of somebody's. Should it be lost, an event is told twice, under the same id, and none is passed by.
   */
  async #tellStream(consumer: Registration, job: EventJob): Promise<void> {
    const db = this.database.subscriptions;
    const claim = await claimStream(db, consumer, job.streamId);
    if (claim === null) throw new TryLater(CLAIMED_MS);
    try {
      let { version } = claim;
      while (version < job.version) {
        const told = await this.#tellNext(consumer, claim, version, job);
        if (told === null) return;
        version = told;
        if (!(await moveStream(db, claim, version))) throw new TryLater(CLAIMED_MS);
      }
    } finally {
      await releaseStream(db, claim);
    }
  }

  /** Up to which version the stream is told by now; null when the consumer was removed meanwhile. */
  async #tellNext(
    consumer: Registration,
    { streamId }: StreamClaim,
    after: number,
    { partition, version: until }: EventJob,
  ): Promise<number | null> {
    // Read for each event, for it may be paused in the middle of a long stream.
    const settings = await this.#settingsOf(consumer);
    if (settings === null) return null;
    const range = { partition, streamId, after, until, types: null };
    const key = settings.hasPersonal ? this.masterKey : null;
    const next = await readOrdered(this.database.subscriptions, consumer.name, range, upcasters, key);
    if (next === null) return until;
    await this.#send(consumer, settings, next, null);
    return next.version;
  }

  /** Null when the consumer was removed: whoever added the job had not heard of it. */
  async #settingsOf(consumer: Registration): Promise<WebhookSettings | null> {
    const settings = await readWebhook(this.database.subscriptions, consumer);
    if (settings?.isPaused) throw new TryLater(PAUSED_MS);
    return settings;
  }

  async #send(
    consumer: Registration,
    { url, secrets, hasPersonal }: WebhookSettings,
    recorded: RecordedEvent,
    replayId: string | null,
  ): Promise<void> {
    const body = cloudEvent(hasPersonal ? recorded : withoutSealed(recorded), replayId);
    // A replay is for having the event handled once more, so it has an id of its own.
    const id = replayId === null ? recorded.eventId : `${recorded.eventId}-${replayId}`;
    const seconds = Math.floor(Date.now() / 1000);
    const opened = secrets.map((box) => openWebhookSecret(this.masterKey, consumer.name, box));
    const outcome = await this.http.post({
      target: readCallTarget(url),
      contentType: CLOUD_EVENT_TYPE,
      body,
      headers: webhookHeaders(opened, { id, seconds, body }),
      reads: 'status',
    });
    if (outcome.kind === 'answered' && outcome.status === GONE) {
      await pauseGone(this.database.subscriptions, consumer);
      this.logger.warn(`${consumer.name} is paused: its webhook answers that it is gone`);
      throw new TryLater(PAUSED_MS);
    }
    const failure = callbackFailure(outcome);
    if (failure !== null) throw new WebhookFailure(failure);
  }
}
