import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '#domain';
import { EventStore, partitionOf } from '#event-store';
import { Database, newUuid } from '#platform';
import { enableEndpoint, ServiceQueries } from '#read-model';
import { testCallback } from '#wire';
import { callbackFailure, Callbacks } from '../callbacks/callbacks.js';

/** What a trial call met; `failure` is a word or two, null when it arrived. */
export interface TestedCallback {
  readonly status: number | null;
  readonly failure: string | null;
  readonly milliseconds: number;
  readonly idempotencyToken: string;
}

/**
 * Calls the CallbackUrl of a service now, as any callback is made, with what says that it is a test. Success enables an endpoint
 * that was disabled. It is no delivery, so none is recorded.
 */
export class SendTestCallback extends Command<TestedCallback> {
  constructor(
    readonly accountSid: string,
    readonly serviceSid: string,
  ) {
    super();
  }
}

@CommandHandler(SendTestCallback)
export class SendTestCallbackHandler implements ICommandHandler<SendTestCallback> {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly services: ServiceQueries,
    private readonly callbacks: Callbacks,
  ) {}

  async execute({ accountSid, serviceSid }: SendTestCallback): Promise<TestedCallback> {
    const service = await this.services.get(accountSid, serviceSid);
    const { callback_url: url } = service;
    if (url === null) throw new DomainError('callback-url-missing', 'The service has no CallbackUrl.');
    const form = testCallback(service, new Date().toISOString());
    const idempotencyToken = newUuid();
    const began = performance.now();
    const outcome = await this.callbacks.inform({ accountSid, url, form, idempotencyToken });
    const milliseconds = Math.round(performance.now() - began);
    const failure = callbackFailure(outcome);
    if (failure === null) {
      await enableEndpoint(this.database.reads, partitionOf(accountSid, this.events.partitions), serviceSid);
    }
    const status = outcome.kind === 'answered' ? outcome.status : null;
    return { status, failure, milliseconds, idempotencyToken };
  }
}
