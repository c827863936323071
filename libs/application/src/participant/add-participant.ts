import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { addParticipant, requireActive, sessionStream } from '#domain';
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
    const [service, { state }] = await Promise.all([
      this.services.get(accountSid, serviceSid),
      this.events.load(sessionStream, sessionSid, accountSid),
    ]);
    const session = requireSessionOf(serviceSid, state);
    const { mode } = requireActive(session);
    // What is refused whatever the number is refused before one is looked for.
    addParticipant(session, withoutNumber(wish), place);
    return this.numbers.giveTo({ service, mode }, [wish], async ({ newcomers: [newcomer], needs }) => {
      const changed = await this.events.change(
        sessionStream,
        sessionSid,
        context,
        (current) => addParticipant(requireSessionOf(serviceSid, current), newcomer, place),
        { subjects: [sessionSid], needs },
      );
      return writtenChild(changed, 'KP', newcomer.participantSid);
    });
  }
}
