import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  createSession,
  DomainError,
  firstParticipants,
  requireFitting,
  serviceStream,
  sessionStream,
  type NewParticipant,
  type NewSession,
} from '#domain';
import { EventStore, type Changed, type EventContext } from '#event-store';
import { newSid } from '#platform';
import { ServiceQueries, SessionQueries, type SessionRow } from '#read-model';
import { ProxyNumbers, type ParticipantWish } from '../participant/proxy-numbers.js';
import { writtenRow } from '../written-row.js';

/** What a caller says of a new session; `ttl: null` takes the service's default. */
export type SessionWish = Omit<NewSession, 'accountSid' | 'serviceSid' | 'ttl'> & {
  readonly ttl: number | null;
};

export class CreateSession extends Command<SessionRow> {
  constructor(
    readonly serviceSid: string,
    readonly wish: SessionWish,
    readonly participants: readonly ParticipantWish[],
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(CreateSession)
export class CreateSessionHandler implements ICommandHandler<CreateSession> {
  constructor(
    private readonly events: EventStore,
    private readonly services: ServiceQueries,
    private readonly sessions: SessionQueries,
    private readonly numbers: ProxyNumbers,
  ) {}

  async execute({ serviceSid, wish, participants, context }: CreateSession): Promise<SessionRow> {
    const changed =
      participants.length === 0
        ? await this.#create(serviceSid, wish, [], context)
        : await this.#createWith(serviceSid, wish, participants, context);
    return writtenRow(changed, 'session') ?? this.sessions.get(context.accountSid, serviceSid, changed.sid);
  }

  /** All of them get their numbers, or there is no session. */
  async #createWith(
    serviceSid: string,
    wish: SessionWish,
    participants: readonly ParticipantWish[],
    context: EventContext,
  ): Promise<Changed> {
    const known = await this.events.outcomeOf(context);
    if (known !== null) return known;
    const service = await this.services.get(context.accountSid, serviceSid);
    requireFitting(
      participants.map(({ whom }) => whom.identifier),
      wish.mode,
    );
    return this.numbers.giveTo({ service, mode: wish.mode }, participants, (newcomers) =>
      this.#create(serviceSid, wish, newcomers, context),
    );
  }

  #create(
    serviceSid: string,
    wish: SessionWish,
    newcomers: readonly NewParticipant[],
    context: EventContext,
  ): Promise<Changed> {
    const { accountSid } = context;
    const parent = { stream: serviceStream, id: serviceSid };
    return this.events.create(sessionStream, newSid('KC'), context, parent, ({ now, parent: service }) => {
      if (service?.status !== 'live') throw new DomainError('service-not-found', 'there is no such service');
      const place = { accountSid, serviceSid };
      const session = { ...wish, ...place, ttl: wish.ttl ?? service.defaultTtl };
      const first = firstParticipants(newcomers, wish.mode, place);
      return createSession(sessionStream.initial, session, now, first);
    });
  }
}
