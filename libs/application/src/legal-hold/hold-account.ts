import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { accountStream, placeAccountHold, releaseAccountHold } from '#domain';
import { EventStore, type EventContext } from '#event-store';

/** From its commit on, no service, session, participant or interaction of the account is deleted. */
export class PlaceAccountHold extends Command<void> {
  constructor(
    readonly reason: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

/** Sessions that are on hold themselves stay so. */
export class ReleaseAccountHold extends Command<void> {
  constructor(
    readonly reason: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(PlaceAccountHold)
export class PlaceAccountHoldHandler implements ICommandHandler<PlaceAccountHold> {
  constructor(private readonly events: EventStore) {}

  async execute({ reason, context }: PlaceAccountHold): Promise<void> {
    const { accountSid } = context;
    await this.events.change(
      accountStream,
      accountSid,
      context,
      (account) => placeAccountHold(account, reason),
      { subjects: [accountSid] },
    );
  }
}

@CommandHandler(ReleaseAccountHold)
export class ReleaseAccountHoldHandler implements ICommandHandler<ReleaseAccountHold> {
  constructor(private readonly events: EventStore) {}

  async execute({ reason, context }: ReleaseAccountHold): Promise<void> {
    const { accountSid } = context;
    await this.events.change(
      accountStream,
      accountSid,
      context,
      (account) => releaseAccountHold(account, reason),
      { subjects: [accountSid] },
    );
  }
}
