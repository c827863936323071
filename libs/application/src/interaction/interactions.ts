import { Injectable } from '@nestjs/common';
import {
  attemptForward,
  blockInteraction,
  changeLegStatus,
  completeInteraction,
  sessionStream,
  type Interaction,
  type LegChange,
  type Session,
  type SessionEvent,
} from '#domain';
import { EventStore, type Changed, type EventContext } from '#event-store';
import type { InteractionRow } from '#read-model';
import { writtenChild } from '../written-row.js';
import { interactionOf } from './interaction-of.js';

export interface InteractionAddress {
  readonly sessionSid: string;
  readonly interactionSid: string;
}

type Decision = (session: Session, interactionSid: string, interaction: Interaction | null) => SessionEvent[];

/** The steps of an interaction on its way, each one command; the row after it, or null when it is gone. */
@Injectable()
export class Interactions {
  constructor(private readonly events: EventStore) {}

  /** Null when somebody else is at it. */
  async attempt(
    address: InteractionAddress,
    context: EventContext,
    seen: number,
  ): Promise<InteractionRow | null> {
    let decided: readonly SessionEvent[] = [];
    const row = await this.#change(address, context, (session, sid, interaction) => {
      const events = attemptForward(session, sid, interaction, seen);
      decided = events;
      return events;
    });
    // The row cannot tell: after the attempt of somebody else it looks the same.
    return decided.length > 0 ? row : null;
  }

  block(address: InteractionAddress, context: EventContext): Promise<InteractionRow | null> {
    return this.#change(address, context, blockInteraction);
  }

  changeLeg(
    address: InteractionAddress,
    context: EventContext,
    change: LegChange,
  ): Promise<InteractionRow | null> {
    return this.#change(address, context, (session, sid, interaction) =>
      changeLegStatus(session, sid, interaction, change),
    );
  }

  complete(
    address: InteractionAddress,
    context: EventContext,
    duration: number | null,
  ): Promise<InteractionRow | null> {
    return this.#change(address, context, (session, sid, interaction) =>
      completeInteraction(session, sid, interaction, duration),
    );
  }

  async #change(
    { sessionSid, interactionSid }: InteractionAddress,
    context: EventContext,
    decide: Decision,
  ): Promise<InteractionRow | null> {
    const changed: Changed = await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session, { child }) => decide(session, interactionSid, interactionOf(child(interactionSid))),
      { children: [interactionSid], subjects: [interactionSid] },
    );
    return writtenChild(changed, 'KI', interactionSid);
  }
}
