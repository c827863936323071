import { createHash } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainError, sessionStream, updateSession } from '#domain';
import { EventStore, type EventContext } from '#event-store';

/** What became of one of the sessions. */
export interface CloseOutcome {
  readonly sid: string;
  /** Null when the session is closed now. */
  readonly refusal: DomainError | null;
}

/** Closes sessions of an account, each on its own: one that refuses keeps none of the others open. */
export class CloseSessions extends Command<CloseOutcome[]> {
  constructor(
    readonly sids: readonly string[],
    readonly context: EventContext,
  ) {
    super();
  }
}

/** Enough to fill the flushes, and too few to keep other callers out of them. */
const AT_ONCE = 32;

@CommandHandler(CloseSessions)
export class CloseSessionsHandler implements ICommandHandler<CloseSessions> {
  constructor(private readonly events: EventStore) {}

  async execute({ sids, context }: CloseSessions): Promise<CloseOutcome[]> {
    const outcomes: CloseOutcome[] = [];
    for (let i = 0; i < sids.length; i += AT_ONCE) {
      const some = sids.slice(i, i + AT_ONCE);
      outcomes.push(...(await Promise.all(some.map((sid) => this.#close(sid, context)))));
    }
    return outcomes;
  }

  async #close(sid: string, context: EventContext): Promise<CloseOutcome> {
    try {
      await this.events.change(sessionStream, sid, ofOne(context, sid), (session, { now }) =>
        updateSession(session, { status: 'closed' }, now),
      );
      return { sid, refusal: null };
    } catch (refusal) {
      if (!(refusal instanceof DomainError)) throw refusal;
      return { sid, refusal };
    }
  }
}

/** The key of a request is that of many commands: sent again, each of them is known again. */
function ofOne(context: EventContext, sid: string): EventContext {
  const { idempotency } = context;
  if (idempotency === null) return context;
  const commandId = createHash('sha256').update(`${idempotency.commandId} ${sid}`).digest('hex');
  return { ...context, idempotency: { ...idempotency, commandId } };
}
