import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { accountStream, promoteAuthToken } from '#domain';
import { EventStore, type EventContext } from '#event-store';

/** The secondary token becomes the primary one; the old one stops working within the five seconds of `Credentials`. */
export class PromoteAuthToken extends Command<void> {
  constructor(readonly context: EventContext) {
    super();
  }
}

@CommandHandler(PromoteAuthToken)
export class PromoteAuthTokenHandler implements ICommandHandler<PromoteAuthToken> {
  constructor(private readonly events: EventStore) {}

  async execute({ context }: PromoteAuthToken): Promise<void> {
    const sid = context.accountSid;
    await this.events.change(accountStream, sid, context, promoteAuthToken, {
      secrets: [{ sid, slot: 'auth-token', from: 'secondary-token' }],
    });
  }
}
