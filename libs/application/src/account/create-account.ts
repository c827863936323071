import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { accountStream, createAccount } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { MasterKey } from './master-key.js';
import { sealAuthToken } from './secrets.js';

/** `context.accountSid` is the SID of the account to come. */
export class CreateAccount extends Command<void> {
  constructor(
    readonly friendlyName: string,
    readonly authToken: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(CreateAccount)
export class CreateAccountHandler implements ICommandHandler<CreateAccount> {
  constructor(
    private readonly events: EventStore,
    private readonly master: MasterKey,
  ) {}

  async execute({ friendlyName, authToken, context }: CreateAccount): Promise<void> {
    const sid = context.accountSid;
    const value = sealAuthToken(this.master.key, sid, authToken);
    await this.events.change(accountStream, sid, context, (account) => createAccount(account, friendlyName), {
      secrets: [{ sid, slot: 'auth-token', value }],
    });
  }
}
