import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { accountStream, changeAuthToken } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { MasterKey } from './master-key.js';
import { sealAuthToken } from './secrets.js';

/** The old token stops working within the five seconds for which credentials are remembered. */
export class ChangeAuthToken extends Command<void> {
  constructor(
    readonly authToken: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeAuthToken)
export class ChangeAuthTokenHandler implements ICommandHandler<ChangeAuthToken> {
  constructor(
    private readonly events: EventStore,
    private readonly master: MasterKey,
  ) {}

  async execute({ authToken, context }: ChangeAuthToken): Promise<void> {
    const sid = context.accountSid;
    const value = sealAuthToken(this.master.key, sid, authToken);
    await this.events.change(accountStream, sid, context, changeAuthToken, {
      secrets: [{ sid, slot: 'auth-token', value }],
    });
  }
}
