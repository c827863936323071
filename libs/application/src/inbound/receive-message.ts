import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { emptyTwiml } from '#wire';
import type { Arrival } from './arrival.js';
import { Arrivals } from './arrivals.js';

/** Answers the TwiML for the carrier. */
export class ReceiveMessage extends Command<string> {
  constructor(readonly arrival: Arrival) {
    super();
  }
}

/** Accepted messages are forwarded by the worker; the carrier has its answer at once. */
@CommandHandler(ReceiveMessage)
export class ReceiveMessageHandler implements ICommandHandler<ReceiveMessage> {
  constructor(private readonly arrivals: Arrivals) {}

  async execute({ arrival }: ReceiveMessage): Promise<string> {
    const reception = await this.arrivals.take(arrival);
    return reception.kind === 'answered' ? reception.twiml : emptyTwiml();
  }
}
