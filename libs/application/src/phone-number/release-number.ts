import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Carrier, CarrierRefused } from '#carrier';
import { EventStore } from '#event-store';
import { PublicUrl } from '../public-url.js';
import { connectWherePooled, serviceOf } from './connect-where-pooled.js';

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
    const number = { accountSid, numberSid };
    if ((await serviceOf(this.events, number)) !== null) return;
    try {
      await connectWherePooled(this.events, this.carrier, number, this.publicUrl.value());
    } catch (error) {
      if (!(error instanceof CarrierRefused)) throw error;
      // Trying again would be refused again. What still comes in for it meets no session and is turned away.
      this.logger.warn(`${numberSid} may still report here: ${error.message}`);
    }
  }
}
