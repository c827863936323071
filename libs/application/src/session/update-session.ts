import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { limitIdle, sessionStream, updateSession, type SessionUpdate } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { NumberPool, presentSession, SessionQueries, type SessionRow } from '#read-model';
import { MaskingRules } from '../masking-rules.js';
import { heldNumbers, type HeldNumbers } from '../participant/held-numbers.js';
import { writtenRow } from '../written-row.js';
import { requireSessionOf } from './session-of.js';

export class UpdateSession extends Command<SessionRow> {
  constructor(
    readonly serviceSid: string,
    readonly sessionSid: string,
    readonly wish: SessionUpdate,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(UpdateSession)
export class UpdateSessionHandler implements ICommandHandler<UpdateSession> {
  constructor(
    private readonly events: EventStore,
    private readonly sessions: SessionQueries,
    private readonly pool: NumberPool,
    private readonly rules: MaskingRules,
  ) {}

  async execute({ serviceSid, sessionSid, wish, context }: UpdateSession): Promise<SessionRow> {
    let decidedAt = '';
    // Opened again it must reach its people: with a number that has left the pool nobody could.
    const held =
      wish.status === 'in-progress' ? await heldNumbers(this.pool, context.accountSid, sessionSid) : allThere;
    const changed = await this.events.change(
      sessionStream,
      sessionSid,
      context,
      (session, { now }) => {
        decidedAt = now;
        const events = updateSession(requireSessionOf(serviceSid, session), wish, now);
        if (events.some(({ type }) => type === 'SessionReopened')) held.requireAll();
        return limitIdle(session, events, now, this.rules.maxIdleSeconds);
      },
      { needs: held.needs },
    );
    const row = writtenRow(changed, 'session');
    if (row === null) return this.sessions.get(context.accountSid, serviceSid, changed.sid);
    // A shorter ttl can lie in the past already.
    return presentSession(row, decidedAt);
  }
}

const allThere: HeldNumbers = { needs: [], requireAll: () => undefined };
