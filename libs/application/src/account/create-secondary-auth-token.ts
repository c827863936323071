import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { accountStream, createSecondaryAuthToken } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { newSecret } from './create-api-key.js';
import { MasterKey } from './master-key.js';
import { sealAuthToken } from './secrets.js';

/** Answers the token, which is shown once. It is accepted beside the primary one. */
export class CreateSecondaryAuthToken extends Command<string> {
  constructor(readonly context: EventContext) {
    super();
  }
}

@CommandHandler(CreateSecondaryAuthToken)
export class CreateSecondaryAuthTokenHandler implements ICommandHandler<CreateSecondaryAuthToken> {
  constructor(
    private readonly events: EventStore,
    private readonly master: MasterKey,
  ) {}

  async execute({ context }: CreateSecondaryAuthToken): Promise<string> {
    const sid = context.accountSid;
    const token = newSecret();
    const value = sealAuthToken(this.master.key, sid, token);
    await this.events.change(accountStream, sid, context, createSecondaryAuthToken, {
      secrets: [{ sid, slot: 'secondary-token', value }],
    });
    return token;
  }
}
