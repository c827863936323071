import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { createService, serviceStream, type ServiceSettings } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { newSid } from '#platform';
import { ServiceQueries, type ServiceRow } from '#read-model';
import { writtenRow } from '../written-row.js';

export class CreateService extends Command<ServiceRow> {
  constructor(
    readonly wish: ServiceSettings,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(CreateService)
export class CreateServiceHandler implements ICommandHandler<CreateService> {
  constructor(
    private readonly events: EventStore,
    private readonly services: ServiceQueries,
  ) {}

  async execute({ wish, context }: CreateService): Promise<ServiceRow> {
    const { accountSid } = context;
    const changed = await this.events.create(serviceStream, newSid('KS'), context, null, () =>
      createService(serviceStream.initial, { ...wish, accountSid }),
    );
    return writtenRow(changed, 'service') ?? this.services.get(accountSid, changed.sid);
  }
}
