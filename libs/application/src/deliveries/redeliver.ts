import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '#domain';
import { EventStore, partitionOf } from '#event-store';
import { Database } from '#platform';
import { DeliveryQueries, redeliver, type DeliveryStatus } from '#read-model';
import { GIVE_UP_DAYS } from './retry-schedule.js';

/** Has one delivery made once more, whatever became of it, with the token that it always had. */
export class RedeliverDelivery extends Command<void> {
  constructor(
    readonly accountSid: string,
    readonly serviceSid: string,
    readonly sid: string,
  ) {
    super();
  }
}

@CommandHandler(RedeliverDelivery)
export class RedeliverDeliveryHandler implements ICommandHandler<RedeliverDelivery> {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly deliveries: DeliveryQueries,
  ) {}

  async execute({ accountSid, serviceSid, sid }: RedeliverDelivery): Promise<void> {
    const { status, request } = await this.deliveries.get(accountSid, serviceSid, sid);
    if (request === null) {
      throw new DomainError('delivery-erased', 'what was to be delivered is deleted');
    }
    if (status === 'pending') {
      throw new DomainError('delivery-pending', 'the delivery is on its way already');
    }
    const partition = partitionOf(accountSid, this.events.partitions);
    const range = { partition, accountSid, serviceSid, status: null, from: null, to: null };
    await redeliver(this.database.reads, range, { sid, perSecond: 1, days: GIVE_UP_DAYS });
  }
}

/** Which deliveries of a service are meant: of a status, created from one time up to another. */
export interface DeliverySelection {
  readonly status: DeliveryStatus | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** Has many deliveries made once more, at most so many a second; answers how many. What is pending is left alone. */
export class RedeliverDeliveries extends Command<number> {
  constructor(
    readonly accountSid: string,
    readonly serviceSid: string,
    readonly selection: DeliverySelection,
    readonly perSecond: number,
  ) {
    super();
  }
}

@CommandHandler(RedeliverDeliveries)
export class RedeliverDeliveriesHandler implements ICommandHandler<RedeliverDeliveries> {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
  ) {}

  execute({ accountSid, serviceSid, selection, perSecond }: RedeliverDeliveries): Promise<number> {
    const partition = partitionOf(accountSid, this.events.partitions);
    const range = { ...selection, partition, accountSid, serviceSid };
    return redeliver(this.database.admin, range, { sid: null, perSecond, days: GIVE_UP_DAYS });
  }
}
