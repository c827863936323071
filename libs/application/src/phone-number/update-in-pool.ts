import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PhoneNumberEvent, ShortCodeEvent } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import type { NumberKind } from './number-kind.js';
import { PoolLimits } from './pool-limits.js';

export class UpdateInPool<Event extends PhoneNumberEvent | ShortCodeEvent> extends Command<void> {
  constructor(
    readonly kind: NumberKind<Event>,
    readonly serviceSid: string,
    readonly numberSid: string,
    readonly isReserved: boolean | undefined,
    readonly context: EventContext,
  ) {
    super();
  }
}

/** Reserves a number or sets it free; sessions that use it go on. */
@CommandHandler(UpdateInPool)
export class UpdateInPoolHandler implements ICommandHandler<UpdateInPool<PhoneNumberEvent | ShortCodeEvent>> {
  constructor(
    private readonly events: EventStore,
    private readonly limits: PoolLimits,
  ) {}

  async execute<Event extends PhoneNumberEvent | ShortCodeEvent>({
    kind,
    serviceSid,
    numberSid,
    isReserved,
    context,
  }: UpdateInPool<Event>): Promise<void> {
    const counts = isReserved === undefined ? [] : this.limits.of(serviceSid, isReserved);
    await this.events.change(
      kind.stream,
      numberSid,
      context,
      (number) => kind.update(number, serviceSid, isReserved),
      { counts },
    );
    if (isReserved !== undefined) await this.limits.watch(context.accountSid, serviceSid, isReserved);
  }
}
