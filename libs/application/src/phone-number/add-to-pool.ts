import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Carrier, type CarrierNumber, type NumberName } from '#carrier';
import { DomainError, type NewPoolNumber, type PhoneNumberEvent, type ShortCodeEvent } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { nameError } from '#platform';
import { ServiceQueries } from '#read-model';
import { once } from '../once.js';
import { connectWherePooled } from './connect-where-pooled.js';
import type { NumberKind } from './number-kind.js';
import { PoolLimits } from './pool-limits.js';
import { inboundWebhooks } from '../inbound/webhooks.js';

/** Answers the SID of the number. */
export class AddToPool<Event extends PhoneNumberEvent | ShortCodeEvent> extends Command<string> {
  constructor(
    readonly kind: NumberKind<Event>,
    readonly serviceSid: string,
    readonly name: NumberName,
    readonly isReserved: boolean,
    /** Under which address the carrier finds this API. */
    readonly baseUrl: string,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(AddToPool)
export class AddToPoolHandler implements ICommandHandler<AddToPool<PhoneNumberEvent | ShortCodeEvent>> {
  private readonly logger = new Logger(AddToPoolHandler.name);

  constructor(
    private readonly events: EventStore,
    private readonly services: ServiceQueries,
    private readonly carrier: Carrier,
    private readonly limits: PoolLimits,
  ) {}

  execute<Event extends PhoneNumberEvent | ShortCodeEvent>(command: AddToPool<Event>): Promise<string> {
    return once(
      this.events,
      command.context,
      () => this.#find(command),
      ({ sid }) => sid,
    );
  }

  async #find<Event extends PhoneNumberEvent | ShortCodeEvent>(command: AddToPool<Event>): Promise<string> {
    const { kind, serviceSid, name, context } = command;
    const { accountSid } = context;
    await this.services.get(accountSid, serviceSid);
    const number = await this.carrier.findNumber(accountSid, name);
    if (number?.sid.startsWith(kind.stream.prefix) !== true) {
      const code = 'sid' in name ? kind.notOwned : 'phone-number-unavailable';
      throw new DomainError(code, 'the account has no such number at its carrier');
    }
    await this.#freeOfDeletedService(kind, number.sid, context);
    return this.#add(command, number);
  }

  /**
   * The carrier is told first: a number that reports here without being in a pool harms nobody, one in a pool that reports
   * elsewhere would be dead. What can be refused is refused before. And it is told once more, whether the number came to this pool or
   * not: another service may have taken it first, or the pool that it has left been slow to release it.
   */
  async #add<Event extends PhoneNumberEvent | ShortCodeEvent>(
    { kind, serviceSid, isReserved, baseUrl, context }: AddToPool<Event>,
    { sid, phoneNumber, friendlyName, isoCountry, capabilities }: CarrierNumber,
  ): Promise<string> {
    const { accountSid } = context;
    const wish: NewPoolNumber = {
      accountSid,
      serviceSid,
      number: phoneNumber,
      friendlyName,
      isoCountry,
      capabilities,
      isReserved,
    };
    kind.add((await this.events.load(kind.stream, sid, accountSid)).state, wish);
    await this.carrier.connectNumber(accountSid, sid, inboundWebhooks(baseUrl, accountSid, serviceSid));
    const counts = this.limits.of(serviceSid, isReserved);
    const number = { accountSid, numberSid: sid };
    try {
      await this.events.change(kind.stream, sid, context, (current) => kind.add(current, wish), { counts });
    } catch (error) {
      await connectWherePooled(this.events, this.carrier, number, baseUrl).catch((reason: unknown) => {
        this.logger.warn(`${sid} may report to a pool that it is not in: ${nameError(reason)}`);
      });
      throw error;
    }
    await connectWherePooled(this.events, this.carrier, number, baseUrl);
    await this.limits.watch(accountSid, serviceSid, isReserved);
    return sid;
  }

  /** A deleted service gives up its numbers bit by bit: nobody has to wait for that. */
  async #freeOfDeletedService<Event extends PhoneNumberEvent | ShortCodeEvent>(
    kind: NumberKind<Event>,
    sid: string,
    context: EventContext,
  ): Promise<void> {
    const { accountSid } = context;
    const { state } = await this.events.load(kind.stream, sid, accountSid);
    if (state.status !== 'pooled') return;
    const { serviceSid } = state;
    const isGone = await this.services.get(accountSid, serviceSid).then(
      () => false,
      (error: unknown) => error instanceof DomainError && error.code === 'service-not-found',
    );
    if (!isGone) return;
    const own = { ...context, actor: 'system:cascade', idempotency: null };
    await this.events.change(kind.stream, sid, own, (number) => leave(kind, number, serviceSid), {
      isCascade: true,
    });
  }
}

/** Nothing when it has left meanwhile. */
function leave<Event extends PhoneNumberEvent | ShortCodeEvent>(
  kind: NumberKind<Event>,
  number: Parameters<NumberKind<Event>['remove']>[0],
  serviceSid: string,
): Event[] {
  return number.status === 'pooled' && number.serviceSid === serviceSid
    ? kind.remove(number, serviceSid)
    : [];
}
