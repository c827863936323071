import { describe, expect, it } from '@jest/globals';
import { testDatabase } from '#testing';
import { ensurePartitions } from '../partitions.js';
import { readSubscriptions } from '../subscription/subscription-status.js';
import { addConsumer, listConsumers, relayName } from './consumer-registry.js';

describe('a consumer that is registered before anything has run on the database', () => {
  it('is added once, and relayed to from the first event on once there are partitions', async () => {
    const { database } = await testDatabase();
    expect(await addConsumer(database.admin, 'early', null, 'now')).toBe(true);
    expect(await addConsumer(database.admin, 'early', null, 'now')).toBe(false);

    await ensurePartitions(database.admin, 2);
    await ensurePartitions(database.admin, 2);

    const names = (await listConsumers(database.admin)).map(relayName);
    const subscriptions = await readSubscriptions(database.admin);
    expect(subscriptions.map(({ name, partition, position }) => ({ name, partition, position }))).toEqual(
      names.flatMap((name) => [0, 1].map((partition) => ({ name, partition, position: 0 }))),
    );
  });
});
