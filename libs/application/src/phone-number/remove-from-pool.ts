import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { pairsOf, type PhoneNumberEvent, type ShortCodeEvent } from '#domain';
import { EventStore, type EventContext } from '#event-store';
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

/**
 * Takes a number out of its pool unless an active session uses it; it stays the account's. The carrier hears of it by the worker's
 * `release`, which minds whether the number has come to another pool meanwhile.
 */
@CommandHandler(RemoveFromPool)
export class RemoveFromPoolHandler implements ICommandHandler<
  RemoveFromPool<PhoneNumberEvent | ShortCodeEvent>
> {
  constructor(private readonly events: EventStore) {}

  async execute<Event extends PhoneNumberEvent | ShortCodeEvent>({
    kind,
    serviceSid,
    numberSid,
    context,
  }: RemoveFromPool<Event>): Promise<void> {
    const { accountSid } = context;
    const seen = await this.events.load(kind.stream, numberSid, accountSid);
    const { state } = seen;
    // What is not in this pool is not there, whatever becomes of it a moment later.
    if (state.status !== 'pooled') return void kind.remove(state, serviceSid);
    const empties = [pairsOf(serviceSid, state.number)];
    await this.events.change(kind.stream, numberSid, context, (number) => kind.remove(number, serviceSid), {
      empties,
      seen,
    });
  }
}
