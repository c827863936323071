import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, type PhoneNumberEvent, type ShortCodeEvent } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { Database } from '#platform';
import { numbersBelow } from '#read-model';
import { isShortCode, phoneNumbers, shortCodes, type NumberKind } from '../phone-number/number-kind.js';
import { cascadeContext } from './cascade-context.js';

/** Takes some of the numbers out of their pool that a deleted service has left in it; answers how many it found. */
export class RemoveNumbersBelow extends Command<number> {
  constructor(
    /** The service's `ServiceDeleted`. */
    readonly deletion: RecordedEvent,
    readonly most: number,
  ) {
    super();
  }
}

/** Only here: the carrier, which may be away, hears of each number by its own event (`ReleaseNumber`). */
@CommandHandler(RemoveNumbersBelow)
export class RemoveNumbersBelowHandler implements ICommandHandler<RemoveNumbersBelow> {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
  ) {}

  async execute({ deletion, most }: RemoveNumbersBelow): Promise<number> {
    const { partition, streamId: serviceSid } = deletion;
    const sids = await numbersBelow(this.database.subscriptions, partition, serviceSid, most);
    await Promise.all(
      sids.map((sid) =>
        isShortCode(sid)
          ? this.#remove(shortCodes, deletion, sid)
          : this.#remove(phoneNumbers, deletion, sid),
      ),
    );
    return sids.length;
  }

  async #remove<Event extends PhoneNumberEvent | ShortCodeEvent>(
    kind: NumberKind<Event>,
    deletion: RecordedEvent,
    sid: string,
  ): Promise<void> {
    const remove = (number: Parameters<typeof kind.remove>[0]) => kind.remove(number, deletion.streamId);
    await this.events
      .change(kind.stream, sid, cascadeContext(deletion, sid), remove, { isCascade: true })
      .catch(ignoreGone);
  }
}

/** Somebody has put it into another pool, or another worker's cascade was here first. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
  if (error.code !== 'phone-number-not-found' && error.code !== 'short-code-not-found') throw error;
}
