import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { holdOf, removeParticipant, sessionStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { requireSessionOf } from '../session/session-of.js';

export class RemoveParticipant extends Command<void> {
  constructor(
    readonly serviceSid: string,
    readonly sessionSid: string,
    readonly participantSid: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(RemoveParticipant)
export class RemoveParticipantHandler implements ICommandHandler<RemoveParticipant> {
  constructor(private readonly events: EventStore) {}

  async execute({ serviceSid, sessionSid, participantSid, context }: RemoveParticipant): Promise<void> {
    await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session) => removeParticipant(requireSessionOf(serviceSid, session), participantSid),
      { children: [participantSid], empties: [holdOf(context.accountSid)] },
    );
  }
}
