import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { readHeads, readSubscriptions, type SubscriptionStatus } from '#event-store';
import type { Database } from '#platform';
import type { StoreObserver } from './store.module.js';

/** Measures the appends of this process. */
export function observeStore(metrics: Registry): StoreObserver {
  const registers = [metrics];
  const batch = new Histogram({
    name: 'maskline_append_batch_commands',
    help: 'Commands that one flush of the event store committed together.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    registers,
  });
  const duration = new Histogram({
    name: 'maskline_append_flush_seconds',
    help: 'Time from sending a flush to the answer after its commit.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const commands = new Counter({
    name: 'maskline_append_commands_total',
    help: 'Commands by what append answered.',
    labelNames: ['outcome'],
    registers,
  });
  const events = new Counter({
    name: 'maskline_append_events_total',
    help: 'Events sent to append.',
    registers,
  });
  const conflicts = new Counter({
    name: 'maskline_append_conflicts_total',
    help: 'Decisions that were made again because the stream had moved on.',
    registers,
  });
  return {
    flushed: (flush) => {
      batch.observe(flush.commands);
      duration.observe(flush.seconds);
      events.inc(flush.events);
      for (const { kind } of flush.outcomes) commands.inc({ outcome: kind });
    },
    conflicted: () => {
      conflicts.inc();
    },
  };
}

/** The head of the log and how far each subscription is behind it, read when the metrics are; left out without a database. */
export function observeLog(metrics: Registry, database: Database): void {
  const registers = [metrics];
  const head = new Gauge({
    name: 'maskline_log_head_position',
    help: 'Position of the last event of the log.',
    labelNames: ['partition'],
    registers,
    collect: async () => {
      head.reset();
      const heads = await readHeads(database.reads).catch(() => []);
      for (const { partition, position } of heads) head.set({ partition }, position);
    },
  });
  // The three are of one reading: each asks for it when it is its turn, and the first one reads.
  let reading: Promise<SubscriptionStatus[]> | null = null;
  const statuses = () =>
    (reading ??= readSubscriptions(database.reads)
      .catch(() => [])
      .finally(() => {
        reading = null;
      }));
  const ofSubscriptions = (name: string, help: string, value: (status: SubscriptionStatus) => number) => {
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['subscription', 'partition'],
      registers,
      collect: async () => {
        const read = await statuses();
        // A consumer that was removed must not be shown for ever.
        gauge.reset();
        for (const status of read) {
          gauge.set({ subscription: status.name, partition: status.partition }, value(status));
        }
      },
    });
  };
  ofSubscriptions(
    'maskline_subscription_lag_events',
    'Events of the log that the subscription has not passed yet.',
    ({ lag }) => lag,
  );
  ofSubscriptions(
    'maskline_subscription_lag_seconds',
    'Since when the first event that the subscription has not passed waits.',
    ({ lagSeconds }) => lagSeconds,
  );
  ofSubscriptions(
    'maskline_subscription_failures',
    'Failed attempts since the checkpoint last moved.',
    ({ failures }) => failures,
  );
}
