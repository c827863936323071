import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { hasEnded, isGone, isLegNews } from '#domain';
import { InteractionQueries } from '#read-model';
import { Alerts } from '../alerts/alerts.js';
import { interactionOf } from '../interaction/interaction-of.js';
import { Interactions } from '../interaction/interactions.js';
import { readLegStatus } from '../interaction/read-leg-status.js';
import { systemContext } from '../system-context.js';
import type { InteractionPlace } from './webhooks.js';

/** What a report of a call says beside the status of the leg. */
export interface ReportedCall {
  /** The caller's side of it has ended too. */
  readonly isOver: boolean;
  /** Seconds of talk. */
  readonly duration: number | null;
}

/** What the carrier says of the outbound leg of a message, or of a call. */
export class ReportLeg extends Command<void> {
  constructor(
    /** The interaction as the address of the webhook names it; null when it names none. */
    readonly place: Omit<InteractionPlace, 'interactionSid'> & { readonly interactionSid: string | null },
    /** The carrier's SID of the leg; null when there never was one. */
    readonly resourceSid: string | null,
    /** The status in the carrier's words. */
    readonly word: string,
    /** Null for a message. */
    readonly call: ReportedCall | null,
  ) {
    super();
  }
}

/** Reports come in any order and more than once: the model takes what is news. */
@CommandHandler(ReportLeg)
export class ReportLegHandler implements ICommandHandler<ReportLeg> {
  constructor(
    private readonly queries: InteractionQueries,
    private readonly interactions: Interactions,
    private readonly alerts: Alerts,
  ) {}

  async execute({ place, resourceSid, word, call }: ReportLeg): Promise<void> {
    const { accountSid, serviceSid, interactionSid } = place;
    if (interactionSid === null) {
      this.alerts.raise(80907, { accountSid, serviceSid, why: 'its address names none' });
      return;
    }
    const about = { accountSid, serviceSid, interactionSid };
    const known = await this.queries.find(accountSid, serviceSid, interactionSid);
    if (known === null) {
      // Deleted, as far as anybody can say.
      this.alerts.raise(80907, about);
      return;
    }
    const context = systemContext(accountSid, 'system:carrier');
    const address = { sessionSid: known.session_sid, interactionSid };
    const told = readLegStatus(word);
    // The carrier says `answered` of a leg that was, when all of it is over.
    const status = call?.isOver === true && told === 'answered' ? 'completed' : told;
    // Should the report that ends the call be lost, the partner's leg ends it as well: it is all that the call consists of.
    const isOver = call !== null && (call.isOver || hasEnded(status));
    try {
      if (status !== null) {
        const change = { leg: 'outbound', status, resourceSid, resourceUrl: null } as const;
        // Every second report says what is known, and costs no command.
        if (isLegNews(interactionOf(known), change))
          await this.interactions.changeLeg(address, context, change);
      }
      if (isOver && known.inbound_resource_status !== 'completed') {
        await this.interactions.complete(address, context, call.duration);
      }
    } catch (error) {
      if (!isGone(error)) throw error;
      this.alerts.raise(80907, about);
    }
  }
}
