import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Carrier, CarrierUnavailable, CarrierUncertain } from '#carrier';
import { attemptForward, DomainError, parameterInvalid, sessionStream, startInteraction } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { newSid } from '#platform';
import { InteractionQueries, ParticipantQueries, type InteractionRow, type SessionPlace } from '#read-model';
import type { MessageWish } from '#wire';
import { requireSessionOf } from '../session/session-of.js';
import { writtenChild } from '../written-row.js';
import { HandOver } from './hand-over.js';

/** Sends one message from the account to a participant, who sees it come from their partner. */
export class SendMessage extends Command<InteractionRow> {
  constructor(
    readonly place: SessionPlace,
    readonly participantSid: string,
    readonly wish: MessageWish,
    readonly context: EventContext,
  ) {
    super();
  }
}

/** The caller waits for the carrier, so that a refusal is an answer. */
@CommandHandler(SendMessage)
export class SendMessageHandler implements ICommandHandler<SendMessage> {
  constructor(
    private readonly events: EventStore,
    private readonly participants: ParticipantQueries,
    private readonly interactions: InteractionQueries,
    private readonly carrier: Carrier,
    private readonly handOver: HandOver,
  ) {}

  async execute({ place, participantSid, wish, context }: SendMessage): Promise<InteractionRow> {
    const { accountSid, serviceSid, sessionSid } = place;
    if (wish.mediaUrls !== null && !this.carrier.supportsMedia) {
      throw parameterInvalid('MediaUrl', 'Not supported.');
    }
    const to = await this.participants.get(place, participantSid);
    const interactionSid = newSid('KI');
    const changed = await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session, { now }) => {
        const message = {
          accountSid,
          serviceSid,
          interactionSid,
          type: 'message',
          inbound: null,
          outboundParticipantSid: participantSid,
          ...wish,
        } as const;
        const started = startInteraction(requireSessionOf(serviceSid, session), message, false);
        const after = started.reduce((state, event) => sessionStream.evolve(state, event, now), session);
        return [...started, ...attemptForward(after, interactionSid, fresh, 0)];
      },
      { subjects: [interactionSid] },
    );
    if (changed.isDuplicate) return this.#sentBefore(place, changed.version);
    const row = writtenChild(changed, 'KI', interactionSid);
    if (row === null) throw new Error('a message was started without a row');
    const own = { ...context, idempotency: null };
    const { kind, row: after } = await this.handOver.send(row, to, own).catch(async (error: unknown) => {
      if (error instanceof CarrierUncertain) return this.handOver.leaveUnknown(row, own);
      if (!(error instanceof CarrierUnavailable)) throw error;
      await this.handOver.giveUp(row, 'the carrier is not available', own);
      throw new DomainError('carrier-unavailable', 'the carrier is not available');
    });
    if (kind === 'refused') throw new DomainError('carrier-refused', 'the carrier rejected the message');
    return after ?? this.interactions.get(place, interactionSid);
  }

  /** The same request again: what it sent the first time, found by where it stands in the session's stream. */
  async #sentBefore(place: SessionPlace, version: number): Promise<InteractionRow> {
    const sid = await this.interactions.startedUpTo(place, version);
    return this.interactions.get(place, sid);
  }
}

const fresh = {
  type: 'message',
  inboundStatus: null,
  outboundStatus: null,
  outboundResourceSid: null,
  attempts: 0,
} as const;
