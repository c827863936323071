import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore, partitionOf } from '#event-store';
import { Database } from '#platform';
import { enableEndpoint, ServiceQueries } from '#read-model';

/** Has the CallbackUrl of a service called again that was disabled or is left alone for its failures. */
export class EnableCallback extends Command<void> {
  constructor(
    readonly accountSid: string,
    readonly serviceSid: string,
  ) {
    super();
  }
}

@CommandHandler(EnableCallback)
export class EnableCallbackHandler implements ICommandHandler<EnableCallback> {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly services: ServiceQueries,
  ) {}

  async execute({ accountSid, serviceSid }: EnableCallback): Promise<void> {
    await this.services.get(accountSid, serviceSid);
    await enableEndpoint(this.database.reads, partitionOf(accountSid, this.events.partitions), serviceSid);
  }
}
