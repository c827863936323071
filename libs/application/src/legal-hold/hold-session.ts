import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { placeSessionHold, releaseSessionHold, sessionStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';

/** From its commit on, neither the session nor anything in it nor its service is deleted. It may be closed, and ends in time. */
export class PlaceSessionHold extends Command<void> {
  constructor(
    readonly sessionSid: string,
    readonly reason: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

export class ReleaseSessionHold extends Command<void> {
  constructor(
    readonly sessionSid: string,
    readonly reason: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(PlaceSessionHold)
export class PlaceSessionHoldHandler implements ICommandHandler<PlaceSessionHold> {
  constructor(private readonly events: EventStore) {}

  async execute({ sessionSid, reason, context }: PlaceSessionHold): Promise<void> {
    await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session) => placeSessionHold(session, reason),
      { subjects: [sessionSid] },
    );
  }
}

@CommandHandler(ReleaseSessionHold)
export class ReleaseSessionHoldHandler implements ICommandHandler<ReleaseSessionHold> {
  constructor(private readonly events: EventStore) {}

  async execute({ sessionSid, reason, context }: ReleaseSessionHold): Promise<void> {
    await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session) => releaseSessionHold(session, reason),
      { subjects: [sessionSid] },
    );
  }
}
