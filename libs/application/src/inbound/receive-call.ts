import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '#domain';
import { ParticipantQueries, ServiceQueries, type InteractionRow } from '#read-model';
import { dialTwiml, rejectTwiml } from '#wire';
import { Intercept } from '../interaction/intercept.js';
import { Interactions } from '../interaction/interactions.js';
import { systemContext } from '../system-context.js';
import type { Arrival } from './arrival.js';
import { Arrivals } from './arrivals.js';
import { statusWebhooks } from './webhooks.js';

/** Answers the TwiML for the carrier. */
export class ReceiveCall extends Command<string> {
  constructor(
    readonly arrival: Arrival,
    /** Under which address the carrier finds this API. */
    readonly baseUrl: string,
  ) {
    super();
  }
}

/** Seconds of ringing, as Twilio's own default. */
const RINGING = 30;

/** Connects the caller with the partner, while the carrier waits. */
@CommandHandler(ReceiveCall)
export class ReceiveCallHandler implements ICommandHandler<ReceiveCall> {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly services: ServiceQueries,
    private readonly participants: ParticipantQueries,
    private readonly interactions: Interactions,
    private readonly intercept: Intercept,
  ) {}

  async execute({ arrival, baseUrl }: ReceiveCall): Promise<string> {
    const reception = await this.arrivals.take(arrival);
    switch (reception.kind) {
      case 'dropped':
        return rejectTwiml();
      case 'answered':
        return reception.twiml;
      case 'accepted':
        return this.#connect(reception.row, baseUrl);
    }
  }

  async #connect(row: InteractionRow, baseUrl: string): Promise<string> {
    const { account_sid: accountSid, service_sid: serviceSid, session_sid: sessionSid, sid } = row;
    const context = systemContext(accountSid, 'system:carrier');
    const address = { sessionSid, interactionSid: sid };
    if (row.outbound_participant_sid === null) return rejectTwiml();
    const partner = await this.participants.get(
      { accountSid, serviceSid, sessionSid },
      row.outbound_participant_sid,
    );
    // The carrier asks again when our answer was lost: it gets the same one.
    if (row.attempts === 0) {
      const service = await this.services.get(accountSid, serviceSid);
      if (!(await this.intercept.allows(service, row))) {
        await this.interactions.block(address, context);
        return rejectTwiml();
      }
      await this.interactions.attempt(address, context, 0);
    }
    if (typeof partner.identifier !== 'string') {
      throw new DomainError('participant-not-found', 'nobody can be reached who was erased');
    }
    const { callStatus, dialComplete } = statusWebhooks(baseUrl, {
      accountSid,
      serviceSid,
      interactionSid: sid,
    });
    return dialTwiml({
      callerId: partner.proxy_identifier,
      number: partner.identifier,
      timeoutSeconds: RINGING,
      actionUrl: dialComplete,
      statusCallbackUrl: callStatus,
    });
  }
}
