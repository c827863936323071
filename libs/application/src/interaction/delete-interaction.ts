import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { deleteInteraction, holdOf, sessionStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { requireSessionOf } from '../session/session-of.js';
import { interactionOf } from './interaction-of.js';

export class DeleteInteraction extends Command<void> {
  constructor(
    readonly serviceSid: string,
    readonly sessionSid: string,
    readonly interactionSid: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

/** Its content is gone for good: the key of what the log holds of it is destroyed with the row. */
@CommandHandler(DeleteInteraction)
export class DeleteInteractionHandler implements ICommandHandler<DeleteInteraction> {
  constructor(private readonly events: EventStore) {}

  async execute({ serviceSid, sessionSid, interactionSid, context }: DeleteInteraction): Promise<void> {
    await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session, { child }) =>
        deleteInteraction(
          requireSessionOf(serviceSid, session),
          interactionSid,
          interactionOf(child(interactionSid)),
        ),
      { children: [interactionSid], empties: [holdOf(context.accountSid)] },
    );
  }
}
