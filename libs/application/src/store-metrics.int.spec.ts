import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { registerSubscription } from '#event-store';
import { testDatabase, testService, testWorld } from '#testing';
import { observeLog } from './store-metrics.js';

describe('metrics of the log', () => {
  it('say in one reading how far the log is and every subscription behind it', async () => {
    const { database } = await testDatabase();
    const world = await testWorld(database);
    await registerSubscription(database.admin, 'reader', 0);
    await testService(world);
    const metrics = new Registry();
    observeLog(metrics, database);
    const read = await metrics.metrics();
    const labels = '{subscription="reader",partition="0"}';
    expect(read).toContain('maskline_log_head_position{partition="0"} 1');
    expect(read).toContain(`maskline_subscription_lag_events${labels} 1`);
    expect(read).toMatch(/maskline_subscription_lag_seconds\{subscription="reader",partition="0"\} [\d.]+/);
    expect(read).toContain(`maskline_subscription_failures${labels} 0`);
  });

  it('leave out what is gone, and everything without a database', async () => {
    const { database } = await testDatabase();
    await testWorld(database);
    await registerSubscription(database.admin, 'reader', 0);
    const metrics = new Registry();
    observeLog(metrics, database);
    expect(await metrics.metrics()).toContain('subscription="reader"');
    await database.admin.query('delete from maskline.subscription');
    expect(await metrics.metrics()).not.toContain('subscription="reader"');
    await database.close();
    expect(await metrics.metrics()).toContain('# TYPE maskline_subscription_lag_events gauge');
  });
});
