import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { deleteSession, holdOf, sessionStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { requireSessionOf } from './session-of.js';

export class DeleteSession extends Command<void> {
  constructor(
    readonly serviceSid: string,
    readonly sessionSid: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(DeleteSession)
export class DeleteSessionHandler implements ICommandHandler<DeleteSession> {
  constructor(private readonly events: EventStore) {}

  async execute({ serviceSid, sessionSid, context }: DeleteSession): Promise<void> {
    await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session) => deleteSession(requireSessionOf(serviceSid, session)),
      { empties: [holdOf(context.accountSid)] },
    );
  }
}
