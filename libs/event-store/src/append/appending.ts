import type { DomainEvent, Stream } from '#domain';
import { newUuid } from '#platform';
import type { EventContext } from '../event-context.js';
import { evolved, type Aggregate, type Current, type Reading, type RowsBySid } from '../load/current.js';
import type { Recent } from '../load/recent.js';
import { partitionOf } from '../partition.js';
import { projectInline } from '../projection/project-inline.js';
import type { InlineProjector } from '../projection/projector.js';
import type { Queryable } from '../queryable.js';
import { recordedEvent } from '../recorded-event.js';
import type { Outcome } from './append.js';
import { Batcher, type BatcherOptions } from './batcher.js';
import { firstOutcome, type Changed } from './changed.js';
import type { OneAtATime } from './one-at-a-time.js';
import { prepare, type ChangeOptions } from './prepare.js';

export interface Appended {
  readonly outcome: Outcome;
  /** Null when the command was refused. */
  readonly changed: Changed | null;
}

/** Hands decisions to the batcher of their partition and says what became of them. */
export class Appending {
  readonly #batchers: readonly Batcher[];

  constructor(
    appends: (partition: number) => Queryable,
    private readonly reading: Reading,
    private readonly partitions: number,
    /** Is told the time with each answer. */
    private readonly recent: Recent,
    private readonly turns: OneAtATime,
    batching: BatcherOptions,
    private readonly onConflict: () => void,
  ) {
    this.#batchers = Array.from(
      { length: partitions },
      (_, partition) => new Batcher(appends(partition), partition, batching),
    );
  }

  /** Resolves when every command taken so far has its outcome. */
  async drain(): Promise<void> {
    await Promise.all(this.#batchers.map((batcher) => batcher.drain()));
  }

  async append<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    id: string,
    context: EventContext,
    current: Current<State>,
    events: readonly Event[],
    options: ChangeOptions,
    commandId = context.idempotency?.commandId ?? newUuid(),
  ): Promise<Appended> {
    const prepared = prepare(stream, id, context, commandId, current, events, options, this.reading);
    const { command, rows, children } = prepared;
    const batcher = this.#batchers[partitionOf(context.accountSid, this.partitions)];
    if (batcher === undefined) throw new Error('there is no such partition');
    // Those who want the same name take turns: in the batcher they would stand in the way of everybody behind them.
    const [claim] = command.claims;
    const outcome =
      claim === undefined
        ? await batcher.submit(command)
        : await this.turns.run(`claim ${context.accountSid} ${claim.kind} ${claim.key}`, () =>
            batcher.submit(command),
          );
    if ('now' in outcome) this.recent.tell(outcome.now);
    if (outcome.kind === 'duplicate') return { outcome, changed: firstOutcome(outcome, context) };
    const changed = { sid: id, version: current.version + events.length, isDuplicate: false, rows, children };
    if (outcome.kind === 'ok') return { outcome, changed };
    if (outcome.kind !== 'conflict') return { outcome, changed: null };
    // Newer events of this very command: it was committed, by a try of ours whose answer was lost, or by another process.
    if (outcome.newer.some((event) => event.command_id === commandId)) {
      const isOurs = outcome.newer.some((event) => event.event_id === command.events[0]?.eventId);
      const { now } = outcome;
      return { outcome: isOurs ? { kind: 'ok', version: changed.version, now } : outcome, changed };
    }
    this.onConflict();
    return { outcome, changed: null };
  }

  /**
   * Folds in what a conflict handed back, which saves the reload; null when that was not all, or not enough: what tells about
   * people comes sealed, and brings and takes keys.
   */
  caughtUp<State extends Aggregate, Event extends DomainEvent>(
    stream: Stream<State, Event>,
    streamId: string,
    current: Current<State>,
    conflict: Extract<Outcome, { kind: 'conflict' }>,
  ): Current<State> | null {
    if (current.version + conflict.newer.length !== conflict.version) return null;
    const personal: Readonly<Record<string, unknown>> = stream.personal ?? {};
    if (conflict.newer.some(({ type }) => personal[type] !== undefined)) return null;
    const { projectors, upcasters } = this.reading;
    return conflict.newer.reduce((before: Current<State>, row): Current<State> => {
      const recorded = recordedEvent(row, upcasters);
      const { event, occurredAt, version } = recorded;
      const concerned = (projectors[stream.category] ?? []).filter((projector) =>
        isConcerned(projector, event, before.children),
      );
      const { rows, children } = projectInline(concerned, streamId, before, occurredAt, [event]);
      return {
        version,
        state: evolved(stream, before.state, recorded),
        rows,
        children,
        now: conflict.now,
        goodUntil: null,
        parentVersion: null,
        keys: before.keys,
      };
    }, current);
  }
}

/** Others may have changed rows below the stream that nobody here has asked for. */
function isConcerned(projector: InlineProjector, event: DomainEvent, children: RowsBySid): boolean {
  if (!projector.isChild || event.type === projector.endsWith) return true;
  const sid = projector.rowOf(event);
  return sid !== null && children.has(sid);
}
