import { expect } from '@jest/globals';
import { moveClock, waitFor } from '#testing';
import { masked, type Masked, type Phone } from './masked.js';
import { startFleet } from './start-fleet.js';

// Messages are on their way, and something fails. Each arrives once all the same.

type Backend = Parameters<typeof startFleet>[0];

const PAIRS = 10;
/** What the slow receiver of the simulator takes for each message. */
const SLOW = '+15005550054';

interface Pair {
  readonly from: Phone;
  readonly to: Phone;
  readonly way: string;
  readonly sent: string[];
}

async function openPairs(world: Masked): Promise<Pair[]> {
  const service = await world.service();
  const pairs: Pair[] = [];
  while (pairs.length < PAIRS) {
    const [from, to] = [world.phone(), world.phone()];
    const { ways } = await service.session([from, to]);
    pairs.push({ from, to, way: ways[0] ?? '', sent: [] });
  }
  return pairs;
}

/** Writes until it is told to stop. What the phone network has taken is on the list, and shall arrive. */
function writing(pairs: readonly Pair[]) {
  let isOver = false;
  const writers = pairs.map(async ({ from, way, sent }) => {
    // A phone shows so many at most.
    for (let n = 0; !isOver && sent.length < 150; n++) {
      const body = `message ${n}`;
      const taken = await from.text(way, body).catch(() => null);
      if (taken !== null) sent.push(body);
    }
  });
  return {
    count: () => pairs.reduce((sum, { sent }) => sum + sent.length, 0),
    stop: async () => {
      isOver = true;
      await Promise.all(writers);
    },
  };
}

/** All that was sent has arrived, and all that has arrived was sent once. */
async function requireAll(pairs: readonly Pair[]): Promise<void> {
  for (const { to, sent } of pairs) {
    await waitFor(async () => (await to.inbox()).length >= sent.length, { within: 100_000, every: 200 });
  }
  for (const { to, sent } of pairs) {
    expect((await to.inbox()).map(({ body }) => body).sort()).toEqual([...sent].sort());
  }
}

/** One worker is killed amid its work, another one ended, one comes beside, and the API is ended and comes again. */
export async function killProcesses(backend: Backend): Promise<void> {
  const fleet = await startFleet(backend);
  const [first, second] = [await fleet.startWorker(), await fleet.startWorker()];
  const pairs = await openPairs(masked(fleet.api));
  const writers = writing(pairs);

  await waitFor(() => writers.count() > 100);
  await first.kill();
  await waitFor(() => writers.count() > 200);
  const third = await fleet.startWorker();
  expect(await second.stop()).toBe(0);
  await waitFor(() => writers.count() > 300);
  expect(await fleet.api.stop()).toBe(0);
  await fleet.startApiAgain();
  await waitFor(() => writers.count() > 400);
  await writers.stop();

  await requireAll(pairs);
  expect(await third.stop()).toBe(0);
}

/** The queue is thrown away with the jobs in it. */
export async function loseJobs(backend: Backend): Promise<void> {
  const fleet = await startFleet(backend);
  const world = masked(fleet.api);
  const worker = await fleet.startWorker();
  const [alice, slow] = [world.phone(), world.phone(SLOW)];
  const { ways, rest } = await (await world.service()).session([alice, slow]);
  const bodies = Array.from({ length: 100 }, (_, n) => `message ${n}`);
  await Promise.all(bodies.map((body) => alice.text(ways[0] ?? '', body)));
  // Far more than can be done between this look and the loss.
  await waitFor(async () => (await fleet.forwards.backlog()).waiting > 40);
  await fleet.forwards.drop();

  const pending = async () =>
    (await rest.interactions.list({ limit: 1000 })).filter((row) => !row.outboundResourceSid).length;
  // Those that were not relayed before are done, one after the other.
  await waitFor(async () => {
    const { waiting } = await fleet.forwards.backlog();
    if (waiting > 0) throw new Error(`${waiting} wait in the queue`);
    if ((await pending()) === 0) throw new Error('none was lost');
    return true;
  });
  await moveClock(fleet.database, '61 seconds');

  await waitFor(async () => (await slow.inbox()).length >= bodies.length, { every: 200 });
  expect((await slow.inbox()).map(({ body }) => body).sort()).toEqual([...bodies].sort());
  await waitFor(async () => (await pending()) === 0);
  expect(await worker.stop()).toBe(0);
}

/** A worker is stopped with jobs in its hands, and goes on when others have done them. */
export async function stopWorker(backend: Backend): Promise<void> {
  const fleet = await startFleet(backend);
  const world = masked(fleet.api);
  const still = await fleet.startWorker();
  const [alice, slow] = [world.phone(), world.phone(SLOW)];
  const { ways, rest } = await (await world.service()).session([alice, slow]);
  const bodies = Array.from({ length: 40 }, (_, n) => `message ${n}`);
  await Promise.all(bodies.map((body) => alice.text(ways[0] ?? '', body)));
  await waitFor(async () => (await fleet.forwards.backlog()).waiting > 10);
  still.signal('SIGSTOP');
  await fleet.startWorker();

  await waitFor(
    async () => {
      const all = await rest.interactions.list({ limit: 1000 });
      return all.length === 40 && all.every(({ outboundResourceSid }) => outboundResourceSid);
    },
    // It may have been stopped amid a transaction, whose locks the others wait for until PostgreSQL ends it.
    { within: 150_000, every: 200 },
  );
  still.signal('SIGCONT');
  expect(await still.stop()).toBe(0);
  await waitFor(async () => (await slow.inbox()).length >= bodies.length, { every: 200 });
  expect((await slow.inbox()).map(({ body }) => body).sort()).toEqual([...bodies].sort());
}
