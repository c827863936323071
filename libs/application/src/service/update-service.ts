import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { serviceStream, updateService, type ServiceSettings } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { ServiceQueries, type ServiceRow } from '#read-model';
import { writtenRow } from '../written-row.js';

export class UpdateService extends Command<ServiceRow> {
  constructor(
    readonly serviceSid: string,
    readonly wish: Partial<ServiceSettings>,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(UpdateService)
export class UpdateServiceHandler implements ICommandHandler<UpdateService> {
  constructor(
    private readonly events: EventStore,
    private readonly services: ServiceQueries,
  ) {}

  async execute({ serviceSid, wish, context }: UpdateService): Promise<ServiceRow> {
    const changed = await this.events.change(serviceStream, serviceSid, context, (service) =>
      updateService(service, wish),
    );
    return writtenRow(changed, 'service') ?? this.services.get(context.accountSid, changed.sid);
  }
}
