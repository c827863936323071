import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { addParticipant, sessionStream } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { ParticipantQueries, ServiceQueries, type ParticipantRow, type SessionPlace } from '#read-model';
import { once } from '../once.js';
import { requireSessionOf } from '../session/session-of.js';
import { writtenChild } from '../written-row.js';
import { ProxyNumbers, withoutNumber, type ParticipantWish } from './proxy-numbers.js';

export class AddParticipant extends Command<ParticipantRow> {
  constructor(
    readonly serviceSid: string,
    readonly sessionSid: string,
    readonly wish: ParticipantWish,
    readonly context: EventContext,
  ) {
    super();
  }
}

/** Gives the newcomer a proxy number that leads to nobody else for them, then adds them. */
@CommandHandler(AddParticipant)
export class AddParticipantHandler implements ICommandHandler<AddParticipant> {
  constructor(
    private readonly events: EventStore,
    private readonly services: ServiceQueries,
    private readonly participants: ParticipantQueries,
    private readonly numbers: ProxyNumbers,
  ) {}

  async execute({ serviceSid, sessionSid, wish, context }: AddParticipant): Promise<ParticipantRow> {
    const place = { accountSid: context.accountSid, serviceSid, sessionSid };
    const there = () => this.participants.withIdentifier(place, wish.whom.identifier);
    return once(this.events, context, async () => (await this.#add(place, wish, context)) ?? there(), there);
  }

  async #add(
    place: SessionPlace,
    wish: ParticipantWish,
    context: EventContext,
  ): Promise<ParticipantRow | null> {
    const { accountSid, serviceSid, sessionSid } = place;
    const options = { subjects: [sessionSid] };
    const look = async () => {
      const seen = await this.events.load(sessionStream, sessionSid, accountSid, options);
      try {
        // What is refused whatever the number is.
        addParticipant(requireSessionOf(serviceSid, seen.state), withoutNumber(wish), place);
      } catch (error) {
        // Below a deleted service there is nothing that could refuse.
        await this.services.get(accountSid, serviceSid);
        throw error;
      }
      return seen;
    };
    const into = { accountSid, serviceSid, session: { sid: sessionSid } };
    return this.numbers.giveTo(into, [wish], look, async ({ newcomers: [newcomer], needs }, seen) => {
      const changed = await this.events.change(
        sessionStream,
        sessionSid,
        context,
        (session) => addParticipant(requireSessionOf(serviceSid, session), newcomer, place),
        { ...options, needs, seen },
      );
      return writtenChild(changed, 'KP', newcomer.participantSid);
    });
  }
}
