// Has the specs that take longest begin first: one that began last would keep everybody waiting, with the other cores idle. Jest
// itself knows how long they took from an earlier run, and on a clean checkout nothing but their sizes.

/** Seconds, roughly, of those that take longer than others of their kind. It need not be kept up to date for a few. */
const known = {
  'test/masking/failures.e2e.spec.ts': 90,
  'apps/worker/src/timers/expiry.int.spec.ts': 90,
  'apps/cli/src/cli.e2e.spec.ts': 80,
  'test/worker/killed-workers.e2e.spec.ts': 60,
  'test/privacy/personal-data.e2e.spec.ts': 60,
  'test/standalone.e2e.spec.ts': 60,
  'libs/event-store/src/dead-letters/poison.int.spec.ts': 55,
  'apps/worker/src/deliveries/deliveries.int.spec.ts': 55,
  'test/conformance/conformance.int.spec.ts': 50,
  'test/worker/consumers.e2e.spec.ts': 50,
  'libs/read-model/src/rebuild/rebuild.int.spec.ts': 50,
  'libs/event-store/src/subscription/subscription.int.spec.ts': 40,
  'test/torture/torture.int.spec.ts': 40,
  'apps/worker/src/slow-consumer.int.spec.ts': 35,
  'libs/platform/src/embedded-postgres/embedded-postgres.int.spec.ts': 35,
  'test/masking/messages.e2e.spec.ts': 35,
  'test/failures/stopped-server.int.spec.ts': 30,
  'test/failures/pgbouncer.int.spec.ts': 30,
  'test/fuzz/fuzz.e2e.spec.ts': 30,
  'libs/event-store/src/append/append-plans.int.spec.ts': 25,
  'libs/queues/src/consumers/handle-in-order.int.spec.ts': 25,
  'test/demo.e2e.spec.ts': 25,
  'test/linearizability/linearizability.e2e.spec.ts': 25,
  'apps/worker/src/subscriptions/cascade.int.spec.ts': 25,
  'test/callbacks.e2e.spec.ts': 20,
  'test/masking/calls.e2e.spec.ts': 20,
  'test/masking/privacy.e2e.spec.ts': 20,
};
const usual = { long: 60, e2e: 10, int: 4, unit: 0.5 };

/** What jest asks of a sequencer. */
export default class SlowestFirst {
  sort(tests) {
    return [...tests].sort((a, b) => secondsOf(b.path) - secondsOf(a.path) || (a.path < b.path ? -1 : 1));
  }

  /** Nothing is learnt from a run. */
  cacheResults() {}

  allFailedTests(tests) {
    return tests;
  }
}

function secondsOf(path) {
  const [, kind = 'unit'] = /\.(int|e2e|long)\.spec\.ts$/.exec(path) ?? [];
  const [, seconds] = Object.entries(known).find(([file]) => path.endsWith(`/${file}`)) ?? [];
  return seconds ?? usual[kind];
}
