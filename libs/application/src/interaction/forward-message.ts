import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CarrierUnavailable, CarrierUncertain } from '#carrier';
import { isGone } from '#domain';
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

/**
 * Carries a message that came in on to the partner. Answers after how many milliseconds it is to be tried again, null when
 * there is nothing to do (any more).
 */
export class ForwardMessage extends Command<number | null> {
  constructor(
    readonly place: SessionPlace,
    readonly interactionSid: string,
  ) {
    super();
  }
}

/** With the pauses between them, a carrier may be away for seventeen minutes. */
const MAX_ATTEMPTS = 11;
/** Milliseconds after the first attempt; after each further one twice as long. */
const FIRST_PAUSE = 1_000;
/** Milliseconds after the last attempt: should the carrier have it after all, it lists it by then. */
const LAST_PAUSE = 60_000;

/**
 * Done once by whoever comes first, and again by the next one when that one dies on the way: the attempt is written before the
 * carrier is asked, so whoever finds one without a result asks the carrier what became of it.
 */
@CommandHandler(ForwardMessage)
export class ForwardMessageHandler implements ICommandHandler<ForwardMessage> {
  private readonly logger = new Logger(ForwardMessageHandler.name);

  constructor(
    private readonly services: ServiceQueries,
    private readonly participants: ParticipantQueries,
    private readonly queries: InteractionQueries,
    private readonly interactions: Interactions,
    private readonly intercept: Intercept,
    private readonly handOver: HandOver,
  ) {}

  async execute({ place, interactionSid }: ForwardMessage): Promise<number | null> {
    const context = systemContext(place.accountSid, 'system:forward');
    const row = await this.queries.get(place, interactionSid).catch(nullIfGone);
    if (row?.is_pending !== true || row.outbound_participant_sid === null) return null;
    const [service, to] = await Promise.all([
      this.services.get(place.accountSid, place.serviceSid).catch(nullIfGone),
      this.participants.get(place, row.outbound_participant_sid).catch(nullIfGone),
    ]);
    // With its service or session the message goes too.
    if (service === null || to === null) return null;
    if (row.attempts >= MAX_ATTEMPTS) return this.#giveUp(row, to, context);
    if (row.attempts === 0 && !(await this.intercept.allows(service, row))) {
      await this.interactions.block(addressOf(row), context);
      return null;
    }
    const attempted = await this.interactions.attempt(addressOf(row), context, row.attempts);
    if (attempted === null) return null;
    return this.#send(attempted, to, context).catch((error: unknown) => this.#pauseAfter(error, attempted));
  }

  /** Asking what became of the last attempt is a part of this one: else a carrier that is away would be asked for ever. */
  async #send(row: InteractionRow, to: ParticipantRow, context: EventContext): Promise<null> {
    const found = row.attempts === 1 ? null : await this.handOver.findSent(row, to, context);
    if (found === null) await this.handOver.send(row, to, context);
    return null;
  }

  async #giveUp(row: InteractionRow, to: ParticipantRow, context: EventContext): Promise<null> {
    const found = await this.handOver.findSent(row, to, context).catch(nullIfAway);
    if (found === null) {
      await this.handOver.giveUp(row, `the carrier did not take it in ${MAX_ATTEMPTS} attempts`, context);
    }
    return null;
  }

  /** A carrier that says when it will be back is not asked sooner. */
  #pauseAfter(error: unknown, { sid, attempts }: InteractionRow): number {
    if (!(error instanceof CarrierUnavailable) && !(error instanceof CarrierUncertain)) throw error;
    this.logger.warn(`attempt ${attempts} to forward ${sid} failed: ${error.message}`);
    if (attempts === MAX_ATTEMPTS) return LAST_PAUSE;
    const pause = FIRST_PAUSE * 2 ** (attempts - 1);
    return error instanceof CarrierUnavailable ? Math.max(pause, error.retryAfter ?? 0) : pause;
  }
}

function nullIfAway(error: unknown): null {
  if (error instanceof CarrierUnavailable || error instanceof CarrierUncertain) return null;
  throw error;
}

function addressOf(row: InteractionRow) {
  return { sessionSid: row.session_sid, interactionSid: row.sid };
}

/** Deleted meanwhile, by itself or with what is above it. */
function nullIfGone(error: unknown): null {
  if (isGone(error)) return null;
  throw error;
}
