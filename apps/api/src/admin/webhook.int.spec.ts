import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomUUID } from 'node:crypto';
import { openWebhookSecret } from '#application';
import { listConsumers, readWebhook } from '#event-store';
import { newSid } from '#platform';
import { eventQueue, newEventJob, openQueues } from '#queues';
import { cleanUp, testDatabase } from '#testing';
import { isWebhookSecret, webhookSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { adminCall } from './spec/admin-call.js';

const masterKey = createSecretKey(Buffer.alloc(32, 5));
const own = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const url = 'https://app.example.com/hook';

async function open() {
  const { url: databaseUrl, database } = await testDatabase();
  const ofInstallation = newSid('AC');
  const queues = openQueues({ DATABASE_URL: databaseUrl, REDIS_URL: undefined }, 'spec');
  await queues.migrate();
  cleanUp(() => queues.close());
  const api = await serveApi(database, { queues, ofInstallation, masterKey });
  cleanUp(() => api.app.close());
  const owner = await api.account(ofInstallation);
  const ask = (method: string, path: string, body?: unknown) => adminCall(api.url, owner, method, path, body);
  /** As the worker sees it: the URL, and what it signs with, the newest first. */
  const kept = async () => {
    const [consumer] = await listConsumers(database.admin);
    const settings = consumer === undefined ? null : await readWebhook(database.reads, consumer);
    if (consumer === undefined || settings === null) return null;
    const { secrets, ...rest } = settings;
    return { ...rest, secrets: secrets.map((box) => openWebhookSecret(masterKey, consumer.name, box)) };
  };
  return { api, ask, kept, ofInstallation, queues };
}

let world: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  world = await open();
});

describe('a webhook over the admin API', () => {
  it('is registered with a secret that is shown once, changed, and removed as a consumer', async () => {
    const { ask, kept } = world;
    const wish = { Name: 'billing', Url: 'https://u:pass@app.example.com/hook', Types: ['SessionClosed'] };
    const made = await ask('POST', 'Webhooks', { ...wish, Ordered: true, Start: 'beginning' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'billing', webhook_url: url, types: wish.Types },
    });
    const { secret } = webhookSchema.parse(made.body);
    expect(isWebhookSecret(secret ?? '')).toBe(true);
    expect(await kept()).toMatchObject({
      url: wish.Url,
      isOrdered: true,
      hasPersonal: false,
      secrets: [secret],
    });
    for (const path of ['Consumers', 'Consumers/billing']) {
      const { text } = await ask('GET', path);
      expect(text).not.toContain((secret ?? '').slice(6));
      expect(text).not.toContain('pass');
    }
    expect(await ask('POST', 'Webhooks', wish)).toMatchObject({ status: 409, body: { code: 20409 } });

    // Another URL leaves the secret, and another secret the URL; both sign for a while.
    const moved = await ask('POST', 'Webhooks/billing', { Url: 'https://app.example.com/next' });
    expect(moved).toMatchObject({
      status: 200,
      body: { webhook_url: 'https://app.example.com/next', secret: null },
    });
    expect((await kept())?.secrets).toEqual([secret]);
    expect(await ask('POST', 'Webhooks/billing', { Secret: own })).toMatchObject({ body: { secret: own } });
    expect((await kept())?.secrets).toEqual([own, secret]);
    const renewed = await ask('POST', 'Webhooks/billing', { NewSecret: true, KeepHours: 0 });
    expect((await kept())?.secrets).toEqual([renewed.body?.['secret']]);

    expect((await ask('DELETE', 'Consumers/billing')).status).toBe(204);
    expect((await ask('POST', 'Webhooks/billing', { NewSecret: true })).status).toBe(404);
  });

  it('is registered once, however many want its name at once', async () => {
    const { ask } = world;
    for (let round = 0; round < 5; round++) {
      const wish = { Name: 'wanted', Url: 'https://app.example.com/hook' };
      const answers = await Promise.all(Array.from({ length: 4 }, () => ask('POST', 'Webhooks', wish)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
      const removed = await Promise.all(Array.from({ length: 4 }, () => ask('DELETE', 'Consumers/wanted')));
      const statuses = removed.map(({ status }) => status);
      expect(statuses.filter((status) => status === 204)).toHaveLength(1);
      for (const status of statuses) expect([204, 404, 503]).toContain(status);
    }
  });

  it('begins with nothing of what a program of its name has left in the queue', async () => {
    const { ask, queues } = world;
    expect((await ask('POST', 'Consumers', { Name: 'billing' })).status).toBe(201);
    const queue = eventQueue(queues, 'billing');
    cleanUp(() => queue.stop());
    queue.start();
    const event = {
      partition: 0,
      position: 1,
      streamId: newSid('KC'),
      version: 1,
      type: 'SessionCreated',
      eventId: randomUUID(),
      occurredAt: new Date().toISOString(),
    };
    await queue.add([newEventJob({ name: 'billing', id: 1 }, event, null)]);
    expect((await ask('DELETE', 'Consumers/billing')).status).toBe(204);
    expect(await queue.unfinished()).toBe(1);

    expect((await ask('POST', 'Webhooks', { Name: 'billing', Url: url })).status).toBe(201);
    expect(await queue.unfinished()).toBe(0);
    expect((await ask('DELETE', 'Consumers/billing')).status).toBe(204);
  });

  it('is told of people only where that is asked for', async () => {
    const { ask, kept } = world;
    const wish = { Name: 'archive', Url: url, Personal: true, Secret: own };
    expect((await ask('POST', 'Webhooks', wish)).status).toBe(201);
    expect(await kept()).toMatchObject({ hasPersonal: true, isOrdered: false, secrets: [own] });
    expect((await ask('DELETE', 'Consumers/archive')).status).toBe(204);
  });

  it('may be on this machine or in a network of one’s own, where HTTP is enough', async () => {
    const { ask } = world;
    for (const near of ['http://127.0.0.1:8080/', 'http://billing.internal/x']) {
      expect((await ask('POST', 'Webhooks', { Name: 'near', Url: near })).status).toBe(201);
      expect((await ask('DELETE', 'Consumers/near')).status).toBe(204);
    }
  });

  it.each([
    [{ Name: 'billing' }, 'Url'],
    [{ Name: 'billing', Url: 'ftp://app.example.com' }, 'no http or https URL'],
    [{ Name: 'billing', Url: 'app.example.com' }, 'no http or https URL'],
    [{ Name: 'billing', Url: `${url}\0` }, 'no http or https URL'],
    [{ Name: 'billing', Url: `${url}?${'x'.repeat(2048)}` }, 'longer than 2048'],
    [{ Name: 'billing', Url: 'http://169.254.169.254/latest' }, 'nothing is ever told'],
    [{ Name: 'billing', Url: 'https://169.254.169.254/latest' }, 'nothing is ever told'],
    [{ Name: 'billing', Url: 'http://app.example.com' }, 'must be an https URL'],
    [{ Name: 'billing', Url: url, Secret: 'short' }, 'whsec_'],
    [{ Name: 'Billing', Url: url }, 'small letters'],
    [{ Name: 'billing', Url: url, Ordered: 'yes' }, 'Ordered'],
    [{ Name: 'billing', Url: url, Retries: 3 }, 'parameter that there is not'],
  ])('is refused when it is %j', async (wish, why) => {
    const answer = await world.ask('POST', 'Webhooks', wish);
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    expect(answer.body?.['message']).toMatch(why);
    expect(await world.kept()).toBeNull();
  });

  it('keeps the secret that its receiver knows when one’s own is sent again', async () => {
    const { ask, kept } = world;
    const made = await ask('POST', 'Webhooks', { Name: 'billing', Url: url });
    for (let sent = 0; sent < 2; sent++) {
      expect(await ask('POST', 'Webhooks/billing', { Secret: own })).toMatchObject({ body: { secret: own } });
      expect((await kept())?.secrets).toEqual([own, made.body?.['secret']]);
    }
    expect((await ask('DELETE', 'Consumers/billing')).status).toBe(204);
  });

  it.each([
    [{}, 'nothing to change'],
    [{ KeepHours: 3 }, 'nothing to change'],
    [{ Secret: own, NewSecret: true }, 'two secrets'],
    [{ Secret: 'short' }, 'whsec_'],
    [{ Url: 'http://app.example.com' }, 'must be an https URL'],
    [{ Url: 'https://169.254.169.254/' }, 'nothing is ever told'],
  ])('is not changed by %j', async (change, why) => {
    const { ask, kept } = world;
    expect((await ask('POST', 'Webhooks', { Name: 'billing', Url: url, Secret: own })).status).toBe(201);
    const before = await kept();
    const answer = await ask('POST', 'Webhooks/billing', change);
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    expect(answer.body?.['message']).toMatch(why);
    expect(await kept()).toEqual(before);
    expect((await ask('DELETE', 'Consumers/billing')).status).toBe(204);
  });

  it('is not what a consumer becomes that has a program of its own', async () => {
    const { ask } = world;
    expect((await ask('POST', 'Consumers', { Name: 'ledger' })).status).toBe(201);
    const answer = await ask('POST', 'Webhooks/ledger', { NewSecret: true });
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    expect(answer.body?.['message']).toMatch('is no webhook');
    expect((await ask('DELETE', 'Consumers/ledger')).status).toBe(204);
  });

  it('is the owner’s alone to register: an API key is what a program holds', async () => {
    const { api, kept, ofInstallation } = world;
    const operator = await api.apiKey(ofInstallation);
    const answer = await adminCall(api.url, operator, 'POST', 'Webhooks', { Name: 'billing', Url: url });
    expect(answer).toMatchObject({ status: 403, body: { code: 20403 } });
    expect(await kept()).toBeNull();
  });
});
