import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  createSession,
  DomainError,
  firstParticipants,
  limitIdle,
  requireFitting,
  serviceStream,
  sessionStream,
  type NewParticipant,
  type NewSession,
  type Service,
} from '#domain';
import { EventStore, type Changed, type ChangeOptions, type EventContext, type Given } from '#event-store';
import { newSid } from '#platform';
import { ServiceQueries, SessionQueries, type SessionRow } from '#read-model';
import { MaskingRules } from '../masking-rules.js';
import { once } from '../once.js';
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
    private readonly rules: MaskingRules,
  ) {}

  async execute({ serviceSid, wish, participants, context }: CreateSession): Promise<SessionRow> {
    const changed =
      participants.length === 0
        ? await this.#create(serviceSid, wish, [], context)
        : await once(
            this.events,
            context,
            () => this.#createWith(serviceSid, wish, participants, context),
            (first) => first,
          );
    return writtenRow(changed, 'session') ?? this.sessions.get(context.accountSid, serviceSid, changed.sid);
  }

  /** All of them get their numbers, or there is no session. */
  async #createWith(
    serviceSid: string,
    wish: SessionWish,
    participants: readonly ParticipantWish[],
    context: EventContext,
  ): Promise<Changed> {
    const { accountSid } = context;
    const { mode } = wish;
    const look = async () => {
      await this.services.get(accountSid, serviceSid);
      const identifiers = participants.map(({ whom }) => whom.identifier);
      requireFitting(identifiers, mode);
    };
    const place = { accountSid, serviceSid, session: { mode } };
    return this.numbers.giveTo(place, participants, look, ({ newcomers, needs }) =>
      this.#create(serviceSid, wish, newcomers, context, { needs }),
    );
  }

  #create(
    serviceSid: string,
    wish: SessionWish,
    newcomers: readonly NewParticipant[],
    context: EventContext,
    options: ChangeOptions = {},
  ): Promise<Changed> {
    const { accountSid } = context;
    const parent = { stream: serviceStream, id: serviceSid };
    const decide = ({ now, parent: service }: Given & { readonly parent: Service | null }) => {
      if (service?.status !== 'live') throw new DomainError('service-not-found', 'there is no such service');
      const place = { accountSid, serviceSid };
      const session = { ...wish, ...place, ttl: wish.ttl ?? service.defaultTtl };
      const first = firstParticipants(newcomers, wish.mode, place);
      const events = createSession(sessionStream.initial, session, now, first);
      return limitIdle(sessionStream.initial, events, now, this.rules.maxIdleSeconds);
    };
    return this.events.create(sessionStream, newSid('KC'), context, parent, decide, options);
  }
}
