import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { accountStream, deleteSecondaryAuthToken } from '#domain';
import { EventStore, type EventContext } from '#event-store';

export class DeleteSecondaryAuthToken extends Command<void> {
  constructor(readonly context: EventContext) {
    super();
  }
}

@CommandHandler(DeleteSecondaryAuthToken)
export class DeleteSecondaryAuthTokenHandler implements ICommandHandler<DeleteSecondaryAuthToken> {
  constructor(private readonly events: EventStore) {}

  async execute({ context }: DeleteSecondaryAuthToken): Promise<void> {
    const sid = context.accountSid;
    await this.events.change(accountStream, sid, context, deleteSecondaryAuthToken, {
      secrets: [{ sid, slot: 'secondary-token', value: null }],
    });
  }
}
