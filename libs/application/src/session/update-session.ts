import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sessionStream, updateSession, type SessionUpdate } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { presentSession, SessionQueries, type SessionRow } from '#read-model';
import { writtenRow } from '../written-row.js';
import { requireSessionOf } from './session-of.js';

export class UpdateSession extends Command<SessionRow> {
  constructor(
    readonly serviceSid: string,
    readonly sessionSid: string,
    readonly wish: SessionUpdate,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(UpdateSession)
export class UpdateSessionHandler implements ICommandHandler<UpdateSession> {
  constructor(
    private readonly events: EventStore,
    private readonly sessions: SessionQueries,
  ) {}

  async execute({ serviceSid, sessionSid, wish, context }: UpdateSession): Promise<SessionRow> {
    let decidedAt = '';
    const changed = await this.events.change(sessionStream, sessionSid, context, (session, { now }) => {
      decidedAt = now;
      return updateSession(requireSessionOf(serviceSid, session), wish, now);
    });
    const row = writtenRow(changed, 'session');
    if (row === null) return this.sessions.get(context.accountSid, serviceSid, changed.sid);
    // A shorter ttl can lie in the past already.
    return presentSession(row, decidedAt);
  }
}
