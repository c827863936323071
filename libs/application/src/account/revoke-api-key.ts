import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { accountStream, revokeApiKey } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { keySlots } from './secrets.js';

export class RevokeApiKey extends Command<void> {
  constructor(
    readonly keySid: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  constructor(private readonly events: EventStore) {}

  async execute({ keySid, context }: RevokeApiKey): Promise<void> {
    await this.events.change(
      accountStream,
      context.accountSid,
      context,
      (account) => revokeApiKey(account, keySid),
      { secrets: Object.values(keySlots).map((slot) => ({ sid: keySid, slot, value: null })) },
    );
  }
}
