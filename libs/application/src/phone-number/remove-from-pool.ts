import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Carrier } from '#carrier';
import { pairsOf, type PhoneNumberEvent, type ShortCodeEvent } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { nameError } from '#platform';
import type { NumberKind } from './number-kind.js';

export class RemoveFromPool<Event extends PhoneNumberEvent | ShortCodeEvent> extends Command<void> {
  constructor(
    readonly kind: NumberKind<Event>,
    readonly serviceSid: string,
    readonly numberSid: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

/** Takes a number out of its pool unless an active session uses it; it stays the account's. */
@CommandHandler(RemoveFromPool)
export class RemoveFromPoolHandler implements ICommandHandler<
  RemoveFromPool<PhoneNumberEvent | ShortCodeEvent>
> {
  private readonly logger = new Logger(RemoveFromPoolHandler.name);

  constructor(
    private readonly events: EventStore,
    private readonly carrier: Carrier,
  ) {}

  async execute<Event extends PhoneNumberEvent | ShortCodeEvent>({
    kind,
    serviceSid,
    numberSid,
    context,
  }: RemoveFromPool<Event>): Promise<void> {
    const { accountSid } = context;
    const { state } = await this.events.load(kind.stream, numberSid, accountSid);
    // What is not in this pool is not there, whatever becomes of it a moment later.
    if (state.status !== 'pooled') return void kind.remove(state, serviceSid);
    const empties = [pairsOf(serviceSid, state.number)];
    await this.events.change(kind.stream, numberSid, context, (number) => kind.remove(number, serviceSid), {
      empties,
    });
    // It is out whatever the carrier says: what still comes in for it meets no session and is turned away.
    await this.carrier.disconnectNumber(accountSid, numberSid).catch((error: unknown) => {
      this.logger.warn(`${numberSid} still reports here: ${nameError(error)}`);
    });
  }
}
