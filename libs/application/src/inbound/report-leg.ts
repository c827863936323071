import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { isGone, isLegNews } from '#domain';
import { InteractionQueries } from '#read-model';
import { Alerts } from '../alerts/alerts.js';
import { interactionOf } from '../interaction/interaction-of.js';
import { Interactions } from '../interaction/interactions.js';
import { readLegStatus } from '../interaction/read-leg-status.js';
import { systemContext } from '../system-context.js';
import type { InteractionPlace } from './webhooks.js';

/** The end of a call, as the carrier tells it once with its last leg and once by itself. */
export interface CallEnd {
  /** Seconds of talk. */
  readonly duration: number | null;
}

/** What the carrier says of the outbound leg; with `end`, the whole call is over. */
export class ReportLeg extends Command<void> {
  constructor(
    /** The interaction as the address of the webhook names it; null when it names none. */
    readonly place: Omit<InteractionPlace, 'interactionSid'> & { readonly interactionSid: string | null },
    /** The carrier's SID of the leg; null when there never was one. */
    readonly resourceSid: string | null,
    /** The status in the carrier's words. */
    readonly word: string,
    readonly end: CallEnd | null,
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

  async execute({ place, resourceSid, word, end }: ReportLeg): Promise<void> {
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
    const status = readLegStatus(word);
    try {
      if (status !== null) {
        const change = { leg: 'outbound', status, resourceSid, resourceUrl: null } as const;
        // Every second report says what is known, and costs no command.
        if (isLegNews(interactionOf(known), change))
          await this.interactions.changeLeg(address, context, change);
      }
      if (end !== null && known.inbound_resource_status !== 'completed') {
        await this.interactions.complete(address, context, end.duration);
      }
    } catch (error) {
      if (!isGone(error)) throw error;
      this.alerts.raise(80907, about);
    }
  }
}
