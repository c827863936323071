import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sessionStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';

/** Ends a session whose deadline has passed; false when there was nothing to end (any more, or yet). */
export class ExpireSession extends Command<boolean> {
  constructor(
    readonly sessionSid: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(ExpireSession)
export class ExpireSessionHandler implements ICommandHandler<ExpireSession> {
  constructor(private readonly events: EventStore) {}

  execute({ sessionSid, context }: ExpireSession): Promise<boolean> {
    return this.events.expire(sessionStream, sessionSid, context);
  }
}
