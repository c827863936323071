import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { revealIdentifiers, sessionStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';

/** Writes down who is about to be shown the identifiers of a session, and why. They are read afterwards. */
export class RevealIdentifiers extends Command<void> {
  constructor(
    readonly sessionSid: string,
    readonly reason: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(RevealIdentifiers)
export class RevealIdentifiersHandler implements ICommandHandler<RevealIdentifiers> {
  constructor(private readonly events: EventStore) {}

  async execute({ sessionSid, reason, context }: RevealIdentifiers): Promise<void> {
    await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session) => revealIdentifiers(session, reason),
      { subjects: [sessionSid] },
    );
  }
}
