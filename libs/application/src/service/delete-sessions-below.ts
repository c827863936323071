import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { deleteSession, DomainError, sessionStream } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { Database } from '#platform';
import { sessionsBelow } from '#read-model';
import { cascadeContext } from './cascade-context.js';

/** Deletes some of the sessions that a deleted service has left behind; answers how many it found. */
export class DeleteSessionsBelow extends Command<number> {
  constructor(
    /** The service's `ServiceDeleted`. */
    readonly deletion: RecordedEvent,
    readonly most: number,
  ) {
    super();
  }
}

@CommandHandler(DeleteSessionsBelow)
export class DeleteSessionsBelowHandler implements ICommandHandler<DeleteSessionsBelow> {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
  ) {}

  async execute({ deletion, most }: DeleteSessionsBelow): Promise<number> {
    const { partition, streamId: serviceSid } = deletion;
    const sids = await sessionsBelow(this.database.subscriptions, partition, serviceSid, most);
    await Promise.all(
      sids.map((sid) =>
        this.events
          .change(sessionStream, sid, cascadeContext(deletion, sid), deleteSession, { isCascade: true })
          .catch(ignoreGone),
      ),
    );
    return sids.length;
  }
}

/** Another worker's cascade, still under way after it lost its lease, was here first. */
function ignoreGone(error: unknown): void {
  if (error instanceof DomainError && error.code === 'session-not-found') return;
  throw error;
}
