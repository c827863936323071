import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { deleteService, holdOf, holdsBelow, serviceStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';

export class DeleteService extends Command<void> {
  constructor(
    readonly serviceSid: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

/**
 * Only marks the service as deleted: from then on nothing below it is reached, and the cascade deletes it bit by bit. So a legal
 * hold must be met here: what is below a deleted service can be put on hold no more.
 */
@CommandHandler(DeleteService)
export class DeleteServiceHandler implements ICommandHandler<DeleteService> {
  constructor(private readonly events: EventStore) {}

  async execute({ serviceSid, context }: DeleteService): Promise<void> {
    await this.events.change(serviceStream, serviceSid, context, deleteService, {
      empties: [holdOf(context.accountSid), holdsBelow(serviceSid)],
    });
  }
}
