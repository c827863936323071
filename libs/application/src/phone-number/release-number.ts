import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Carrier, CarrierRefused } from '#carrier';
import { phoneNumberStream, shortCodeStream } from '#domain';
import { EventStore } from '#event-store';
import { inboundWebhooks } from '../inbound/webhooks.js';
import { PublicUrl } from '../public-url.js';
import { isShortCode } from './number-kind.js';

export class ReleaseNumber extends Command<void> {
  constructor(
    readonly accountSid: string,
    readonly numberSid: string,
  ) {
    super();
  }
}

/**
 * Has the carrier report nothing more of a number that has left its pool. Fails while the carrier is away, to be done again.
 * A number may come to another pool meanwhile: whoever puts it there connects it, and what was taken away behind them is given back.
 */
@CommandHandler(ReleaseNumber)
export class ReleaseNumberHandler implements ICommandHandler<ReleaseNumber> {
  private readonly logger = new Logger(ReleaseNumberHandler.name);

  constructor(
    private readonly events: EventStore,
    private readonly carrier: Carrier,
    private readonly publicUrl: PublicUrl,
  ) {}

  async execute({ accountSid, numberSid }: ReleaseNumber): Promise<void> {
    if ((await this.#serviceOf(accountSid, numberSid)) !== null) return;
    try {
      await this.carrier.disconnectNumber(accountSid, numberSid);
      const serviceSid = await this.#serviceOf(accountSid, numberSid);
      if (serviceSid === null) return;
      const webhooks = inboundWebhooks(this.publicUrl.value(), accountSid, serviceSid);
      await this.carrier.connectNumber(accountSid, numberSid, webhooks);
    } catch (error) {
      if (!(error instanceof CarrierRefused)) throw error;
      // Trying again would be refused again. What still comes in for it meets no session and is turned away.
      this.logger.warn(`${numberSid} may still report here: ${error.message}`);
    }
  }

  async #serviceOf(accountSid: string, numberSid: string): Promise<string | null> {
    const { state } = await (isShortCode(numberSid)
      ? this.events.load(shortCodeStream, numberSid, accountSid)
      : this.events.load(phoneNumberStream, numberSid, accountSid));
    return state.status === 'pooled' ? state.serviceSid : null;
  }
}
