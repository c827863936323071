import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { isGone } from '#domain';
import { InteractionQueries, ParticipantQueries, ServiceQueries, type InteractionRow } from '#read-model';
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
    private readonly queries: InteractionQueries,
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
        // With its service, session or interaction the call goes too.
        return this.#connect(reception.row, baseUrl).catch((error: unknown) => {
          if (isGone(error)) return rejectTwiml();
          throw error;
        });
    }
  }

  /** Asks for the veto and writes down that the call goes on, or that it does not. */
  async #mayBePutThrough(row: InteractionRow): Promise<boolean> {
    const { account_sid: accountSid, service_sid: serviceSid, session_sid: sessionSid, sid } = row;
    const context = systemContext(accountSid, 'system:carrier');
    const address = { sessionSid, interactionSid: sid };
    const service = await this.services.get(accountSid, serviceSid);
    if (!(await this.intercept.allows(service, row))) {
      await this.interactions.block(address, context);
      return false;
    }
    if ((await this.interactions.attempt(address, context, 0)) !== null) return true;
    // The carrier has asked twice at once, and the other one was told first: both get the same answer.
    const now = await this.queries.get({ accountSid, serviceSid, sessionSid }, sid);
    return now.attempts > 0;
  }

  async #connect(row: InteractionRow, baseUrl: string): Promise<string> {
    const { account_sid: accountSid, service_sid: serviceSid, session_sid: sessionSid, sid } = row;
    if (row.outbound_participant_sid === null) return rejectTwiml();
    const partner = await this.participants.get(
      { accountSid, serviceSid, sessionSid },
      row.outbound_participant_sid,
    );
    // The carrier asks again when our answer was lost: it gets the same one.
    if (row.attempts === 0 && !(await this.#mayBePutThrough(row))) return rejectTwiml();
    if (typeof partner.identifier !== 'string') return rejectTwiml();
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
