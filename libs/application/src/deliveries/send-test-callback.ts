import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '#domain';
import { EventStore, partitionOf } from '#event-store';
import { Database, newSid, newUuid } from '#platform';
import { enableEndpoint, ServiceQueries } from '#read-model';
import { interactionCallback } from '#wire';
import { callbackFailure, Callbacks } from '../callbacks/callbacks.js';

/** What a trial call met; `failure` is a word or two, null when it arrived. */
export interface TestedCallback {
  readonly status: number | null;
  readonly failure: string | null;
}

/**
 * Calls the CallbackUrl of a service once, now, with an interaction that never was: its text says so. Success enables an
 * endpoint that was disabled. It is no delivery, so none is recorded.
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
    const { callback_url: url } = await this.services.get(accountSid, serviceSid);
    if (url === null) throw new DomainError('callback-url-missing', 'the service has no CallbackUrl');
    const now = new Date().toISOString();
    const form = interactionCallback({
      sid: newSid('KI'),
      account_sid: accountSid,
      service_sid: serviceSid,
      session_sid: newSid('KC'),
      type: 'message',
      data: JSON.stringify({ body: 'This is a test.' }),
      media_urls: [],
      inbound_participant_sid: newSid('KP'),
      inbound_resource_sid: newSid('SM'),
      inbound_resource_status: 'delivered',
      inbound_resource_type: 'Message',
      inbound_resource_url: null,
      outbound_participant_sid: newSid('KP'),
      outbound_resource_sid: newSid('SM'),
      outbound_resource_status: 'delivered',
      outbound_resource_type: 'Message',
      outbound_resource_url: null,
      date_created: now,
      date_updated: now,
    });
    const outcome = await this.callbacks.inform({ accountSid, url, form, idempotencyToken: newUuid() });
    const failure = callbackFailure(outcome);
    if (failure === null) {
      await enableEndpoint(this.database.reads, partitionOf(accountSid, this.events.partitions), serviceSid);
    }
    return { status: outcome.kind === 'answered' ? outcome.status : null, failure };
  }
}
