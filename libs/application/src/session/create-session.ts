import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { createSession, DomainError, serviceStream, sessionStream, type NewSession } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { newSid } from '#platform';
import { SessionQueries, type SessionRow } from '#read-model';
import { writtenRow } from '../written-row.js';

/** What a caller says of a new session; `ttl: null` takes the service's default. */
export type SessionWish = Omit<NewSession, 'accountSid' | 'serviceSid' | 'ttl'> & {
  readonly ttl: number | null;
};

export class CreateSession extends Command<SessionRow> {
  constructor(
    readonly serviceSid: string,
    readonly wish: SessionWish,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(CreateSession)
export class CreateSessionHandler implements ICommandHandler<CreateSession> {
  constructor(
    private readonly events: EventStore,
    private readonly sessions: SessionQueries,
  ) {}

  async execute({ serviceSid, wish, context }: CreateSession): Promise<SessionRow> {
    const { accountSid } = context;
    const parent = { stream: serviceStream, id: serviceSid };
    const changed = await this.events.create(
      sessionStream,
      newSid('KC'),
      context,
      parent,
      ({ now, parent: service }) => {
        if (service?.status !== 'live')
          throw new DomainError('service-not-found', 'there is no such service');
        const session = { ...wish, accountSid, serviceSid, ttl: wish.ttl ?? service.defaultTtl };
        return createSession(sessionStream.initial, session, now);
      },
    );
    return writtenRow(changed, 'session') ?? this.sessions.get(accountSid, serviceSid, changed.sid);
  }
}
