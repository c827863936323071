import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '#domain';
import type { EventContext } from '#event-store';
import {
  InteractionQueries,
  ParticipantQueries,
  ServiceQueries,
  type InteractionRow,
  type ParticipantRow,
  type SessionPlace,
} from '#read-model';
import { systemContext } from '../system-context.js';
import { HandOver } from './hand-over.js';
import { Intercept } from './intercept.js';
import { Interactions } from './interactions.js';

/** Carries a message that came in on to the partner; false when there is nothing to do (any more). */
export class ForwardMessage extends Command<boolean> {
  constructor(
    readonly place: SessionPlace,
    readonly interactionSid: string,
  ) {
    super();
  }
}

/** With the pauses between them, a carrier may be away for a quarter of an hour. */
export const MAX_ATTEMPTS = 10;

/**
 * Done once by whoever comes first, and again by the next one when that one dies on the way: the attempt is written before the
 * carrier is asked, so whoever finds one without a result asks the carrier what became of it.
 */
@CommandHandler(ForwardMessage)
export class ForwardMessageHandler implements ICommandHandler<ForwardMessage> {
  constructor(
    private readonly services: ServiceQueries,
    private readonly participants: ParticipantQueries,
    private readonly queries: InteractionQueries,
    private readonly interactions: Interactions,
    private readonly intercept: Intercept,
    private readonly handOver: HandOver,
  ) {}

  async execute({ place, interactionSid }: ForwardMessage): Promise<boolean> {
    const context = systemContext(place.accountSid, 'system:forward');
    const row = await this.queries.get(place, interactionSid).catch(nullIfGone);
    if (row?.is_pending !== true || row.outbound_participant_sid === null) return false;
    const to = await this.participants.get(place, row.outbound_participant_sid).catch(nullIfGone);
    if (to === null) return false;
    return row.attempts === 0 ? this.#first(place, row, to, context) : this.#again(row, to, context);
  }

  async #first(
    place: SessionPlace,
    row: InteractionRow,
    to: ParticipantRow,
    context: EventContext,
  ): Promise<boolean> {
    const service = await this.services.get(place.accountSid, place.serviceSid);
    if (!(await this.intercept.allows(service, row))) {
      await this.interactions.block(addressOf(row), context);
      return true;
    }
    return this.#send(row, to, context);
  }

  async #again(row: InteractionRow, to: ParticipantRow, context: EventContext): Promise<boolean> {
    if ((await this.handOver.findSent(row, to, context)) !== null) return true;
    if (row.attempts < MAX_ATTEMPTS) return this.#send(row, to, context);
    await this.handOver.giveUp(row, `the carrier did not take it in ${MAX_ATTEMPTS} attempts`, context);
    return true;
  }

  async #send(row: InteractionRow, to: ParticipantRow, context: EventContext): Promise<boolean> {
    const attempted = await this.interactions.attempt(addressOf(row), context, row.attempts);
    if (attempted === null) return false;
    await this.handOver.send(attempted, to, context);
    return true;
  }
}

function addressOf(row: InteractionRow) {
  return { sessionSid: row.session_sid, interactionSid: row.sid };
}

/** Deleted meanwhile, by itself or with what is above it. */
function nullIfGone(error: unknown): null {
  const codes = ['interaction-not-found', 'participant-not-found', 'service-not-found', 'session-not-found'];
  if (error instanceof DomainError && codes.includes(error.code)) return null;
  throw error;
}
