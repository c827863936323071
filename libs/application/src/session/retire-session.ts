import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, holdOf, retireSession, sessionStream } from '#domain';
import { EventStore } from '#event-store';
import { systemContext } from '../system-context.js';

/** Deletes a session that has been closed for so many days, unless something has come to it since it was found. */
export class RetireSession extends Command<void> {
  constructor(
    readonly accountSid: string,
    readonly sessionSid: string,
    readonly days: number,
  ) {
    super();
  }
}

@CommandHandler(RetireSession)
export class RetireSessionHandler implements ICommandHandler<RetireSession> {
  constructor(private readonly events: EventStore) {}

  async execute({ accountSid, sessionSid, days }: RetireSession): Promise<void> {
    try {
      await this.events.change(
        sessionStream,
        sessionSid,
        systemContext(accountSid, 'system:retention'),
        (session, { now }) => retireSession(session, days, now),
        { empties: [holdOf(accountSid)] },
      );
    } catch (error) {
      if (!(error instanceof DomainError) || !notOurs.has(error.code)) throw error;
    }
  }
}

/** The account was put on hold meanwhile, or the service went, and the cascade deletes the session. */
const notOurs = new Set<DomainError['code']>(['legal-hold', 'service-not-found']);
