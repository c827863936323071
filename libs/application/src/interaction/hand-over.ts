import { Injectable } from '@nestjs/common';
import { Carrier, CarrierRefused, CarrierUnavailable, CarrierUncertain, type SentMessage } from '#carrier';
import type { LegStatus } from '#domain';
import type { EventContext } from '#event-store';
import type { InteractionRow, ParticipantRow } from '#read-model';
import { Alerts } from '../alerts/alerts.js';
import { statusWebhooks } from '../inbound/webhooks.js';
import { PublicUrl } from '../public-url.js';
import { Interactions } from './interactions.js';
import { readLegStatus } from './read-leg-status.js';

/**
 * What became of a message that was given to the carrier. What is `refused` would be again; of what is `unknown` nobody can say
 * whether it was sent. Whatever may be tried again is an error instead.
 */
export type HandedOver = {
  readonly kind: 'sent' | 'refused' | 'unknown';
  readonly row: InteractionRow | null;
};

/** Gives messages to the carrier, after the attempt was written down, and writes down what came of it. */
@Injectable()
export class HandOver {
  constructor(
    private readonly carrier: Carrier,
    private readonly interactions: Interactions,
    private readonly alerts: Alerts,
    private readonly publicUrl: PublicUrl,
  ) {}

  /**
   * `to` is who gets it, from their own proxy number, as if their partner had sent it. Fails with `CarrierUnavailable` when the
   * carrier does not have it, and with `CarrierUncertain` when it could not even be asked.
   */
  async send(row: InteractionRow, to: ParticipantRow, context: EventContext): Promise<HandedOver> {
    const message = messageOf(row, to);
    try {
      const sent = await this.carrier.sendMessage(row.account_sid, {
        ...message,
        mediaUrls: row.media_urls,
        statusCallback: statusWebhooks(this.publicUrl.value(), placeOf(row)).messageStatus,
      });
      return await this.#sent(row, sent, context);
    } catch (error) {
      if (error instanceof CarrierRefused) return this.#refused(row, error, context);
      if (!(error instanceof CarrierUncertain)) throw error;
      return this.#lookFor(row, to, context, error);
    }
  }

  /** What became of an attempt whose answer was lost; null when the carrier never had the message, so that it may be sent again. */
  async findSent(row: InteractionRow, to: ParticipantRow, context: EventContext): Promise<HandedOver | null> {
    const found = await this.carrier.findMessage(row.account_sid, {
      ...messageOf(row, to),
      receivedAt: row.date_created,
    });
    if (found === null) return null;
    if (found !== 'unknown') return this.#sent(row, found, context);
    return this.leaveUnknown(row, context);
  }

  /** It may be with the carrier, which cannot tell: a report may still come, and until then nobody sends it again. */
  async leaveUnknown(row: InteractionRow, context: EventContext): Promise<HandedOver> {
    this.alerts.raise(80613, { ...subjectOf(row), why: 'nobody can say whether the carrier has it' });
    return { kind: 'unknown', row: await this.#note(row, 'unknown', null, context) };
  }

  /** Nobody tries any longer. */
  async giveUp(row: InteractionRow, why: string, context: EventContext): Promise<void> {
    this.alerts.raise(80613, { ...subjectOf(row), why });
    await this.#note(row, 'failed', null, context);
  }

  async #sent(row: InteractionRow, sent: SentMessage, context: EventContext): Promise<HandedOver> {
    const status = readLegStatus(sent.status) ?? 'queued';
    return { kind: 'sent', row: await this.#note(row, status, sent, context) };
  }

  async #refused(row: InteractionRow, { code }: CarrierRefused, context: EventContext): Promise<HandedOver> {
    this.alerts.raise(80613, { ...subjectOf(row), why: `the carrier answered ${code}` });
    return { kind: 'refused', row: await this.#note(row, 'failed', null, context) };
  }

  #note(
    row: InteractionRow,
    status: LegStatus,
    sent: SentMessage | null,
    context: EventContext,
  ): Promise<InteractionRow | null> {
    const address = { sessionSid: row.session_sid, interactionSid: row.sid };
    return this.interactions.changeLeg(address, context, {
      leg: 'outbound',
      status,
      resourceSid: sent?.sid ?? null,
      resourceUrl: sent?.url ?? null,
    });
  }

  async #lookFor(
    row: InteractionRow,
    to: ParticipantRow,
    context: EventContext,
    doubt: CarrierUncertain,
  ): Promise<HandedOver> {
    const found = await this.findSent(row, to, context).catch((error: unknown) => {
      throw error instanceof CarrierUnavailable ? doubt : error;
    });
    if (found === null) throw new CarrierUnavailable('it has not got what it did not answer');
    return found;
  }
}

function messageOf(row: InteractionRow, to: ParticipantRow) {
  if (typeof to.identifier !== 'string') throw new Error('nobody can be reached who was erased');
  return { key: row.sid, from: to.proxy_identifier, to: to.identifier, body: bodyOf(row) };
}

/** As its projector wrote it. */
function bodyOf({ data }: InteractionRow): string {
  const content = JSON.parse(data ?? '{}') as { readonly body?: string };
  return content.body ?? '';
}

function placeOf(row: InteractionRow) {
  return { accountSid: row.account_sid, serviceSid: row.service_sid, interactionSid: row.sid };
}

function subjectOf(row: InteractionRow) {
  return { ...placeOf(row), sessionSid: row.session_sid };
}
