import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '#event-store';
import type { EventJob, NewJob } from '#queues';
import { waitFor } from '#testing';
import { relay } from './relay.js';

const consumer = {
  name: 'ledger',
  id: 3,
  types: null,
  createdAt: '2026-01-02T03:04:05.006Z',
  pausedAt: null,
  pausedBecause: null,
  webhook: null,
};

const event: RecordedEvent = {
  partition: 0,
  position: 7,
  streamId: 'KC1',
  version: 2,
  eventId: '01890000-0000-7000-8000-000000000001',
  schemaVersion: 1,
  accountSid: 'AC1',
  commandId: 'command',
  correlationId: 'correlation',
  causationId: null,
  actor: 'AC1',
  requestId: null,
  traceParent: null,
  occurredAt: '2026-01-02T03:04:05.006Z',
  recordedAt: '2026-01-02T03:04:05.007Z',
  event: { type: 'SessionStarted', data: { identifier: '+15550001' } },
};

const stands = () => Promise.resolve(true);

const mark = {
  whence: (checkpoint: number) => Promise.resolve(checkpoint),
  with: (_: number, add: () => Promise<void>) => add(),
};

/** A queue of which the spec says how long it is. */
class LongQueue {
  readonly added: NewJob<EventJob>[] = [];
  asked = 0;

  constructor(public length: number) {}

  unfinished(): Promise<number> {
    this.asked++;
    return Promise.resolve(this.length);
  }

  add(jobs: readonly NewJob<EventJob>[]): Promise<void> {
    this.added.push(...jobs);
    return Promise.resolve();
  }
}

describe('the relay of a consumer', () => {
  it('tells of an event by its ids, and not what happened in it', async () => {
    const queue = new LongQueue(0);

    await relay(consumer, queue, stands, mark, 0).handle([event], new AbortController().signal);

    expect(queue.added).toEqual([
      {
        id: `ledger.3-${event.eventId}`,
        data: {
          eventId: event.eventId,
          type: 'SessionStarted',
          streamId: 'KC1',
          version: 2,
          partition: 0,
          position: 7,
          occurredAt: event.occurredAt,
          replayId: null,
        },
      },
    ]);
  });

  it('waits while the queue is long, and goes on when it is not', async () => {
    const queue = new LongQueue(10);

    const handled = relay(consumer, queue, stands, mark, 0, 10).handle([event], new AbortController().signal);
    await waitFor(() => queue.asked > 1);
    const addedWhileLong = queue.added.length;
    queue.length = 9;
    await handled;

    expect(addedWhileLong).toBe(0);
    expect(queue.added).toHaveLength(1);
  });

  it('does not move on when it is stopped while it waits', async () => {
    const queue = new LongQueue(10);
    const stop = new AbortController();

    const handled = relay(consumer, queue, stands, mark, 0, 10).handle([event], stop.signal);
    stop.abort();

    await expect(handled).rejects.toThrow();
    expect(queue.added).toHaveLength(0);
  });

  it('adds nothing for a consumer that was removed', async () => {
    const queue = new LongQueue(0);

    await relay(consumer, queue, () => Promise.resolve(false), mark, 0).handle(
      [event],
      new AbortController().signal,
    );

    expect(queue.added).toHaveLength(0);
  });
});
