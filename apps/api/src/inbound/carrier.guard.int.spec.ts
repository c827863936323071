import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newSid } from '#platform';
import { formSignature } from '#wire';
import { serveInbound, somebody, type Inbound } from './spec/serve-inbound.js';

let world: Inbound;
let service: Awaited<ReturnType<Inbound['service']>>;

beforeAll(async () => {
  world = await serveInbound();
  service = await world.service();
});

beforeEach(() => {
  world.takeAlerts();
});

const unknown = `interaction=KI${'0'.repeat(32)}`;
const paths = [
  'Message',
  'Call',
  `MessageStatus?${unknown}`,
  `CallStatus?${unknown}`,
  `DialComplete?${unknown}`,
];

describe('what is not signed by the carrier', () => {
  it.each(paths)('is refused, and told to the operator: %s', async (path) => {
    const said = { MessageSid: newSid('SM'), CallSid: newSid('CA'), From: somebody(), To: somebody() };
    const own = await world.service();
    const url = `${own.webhooks}/${path}`;
    const wrong = [
      null,
      '',
      'x',
      formSignature('1'.repeat(32), `${world.api.url}${url}`, Object.entries(said)),
      formSignature(world.token, `${world.api.url}${url}`, [...Object.entries(said), ['More', '1']]),
      formSignature(world.token, `${world.api.url}${url}&x=1`, Object.entries(said)),
    ];
    for (const signature of wrong) {
      expect((await world.bring(url, said, { signature })).status).toBe(403);
    }
    expect(world.takeAlerts()).toEqual(wrong.map(() => 80625));
  });

  it('is told of some of many, and of none for a service that is not there', async () => {
    const own = await world.service();
    const forge = () => world.bring(`${own.webhooks}/Message`, {}, { signature: 'x' });
    await Promise.all(Array.from({ length: 15 }, forge));
    expect(world.takeAlerts()).toEqual(Array(10).fill(80625));
    const nowhere = `/v1/Accounts/${world.accountSid}/Proxy/${newSid('KS')}/Webhooks/Message`;
    expect((await world.bring(nowhere, {}, { signature: 'x' })).status).toBe(403);
    expect(world.takeAlerts()).toEqual([]);
  });

  it('is what another account’s webhook was signed with', async () => {
    const { username } = await world.api.account();
    const token = await world.api.carrier.webhookToken(username);
    const said = { MessageSid: newSid('SM'), From: somebody(), To: service.number };
    const url = `${service.webhooks}/Message`;
    const signature = formSignature(token, `${world.api.url}${url}`, Object.entries(said));
    expect((await world.bring(url, said, { signature })).status).toBe(403);
  });

  it('leaves nothing behind', async () => {
    const { people, rest } = await service.session();
    const [alice = ''] = people;
    expect((await service.text(alice, 'forged', {}, { signature: 'x' })).status).toBe(403);
    expect(await rest.interactions.list()).toEqual([]);
  });
});

describe('what is signed', () => {
  it('is taken under the address that the carrier calls, behind a proxy that is trusted', async () => {
    const through = await world.serve({ trustProxy: true });
    const { people, rest } = await service.session();
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'proxy.example.test' };
    const delivery = (signedUrl: string) => ({ through, headers, signedUrl });
    const path = `${service.webhooks}/Message`;
    const [alice = ''] = people;

    const outside = delivery(`https://proxy.example.test${path}`);
    expect((await service.text(alice, 'one', {}, outside)).status).toBe(200);
    const withPort = delivery(`https://proxy.example.test:443${path}`);
    expect((await service.text(alice, 'two', {}, withPort)).status).toBe(200);
    const inside = delivery(`${through.url}${path}`);
    expect((await service.text(alice, 'three', {}, inside)).status).toBe(403);
    expect(await rest.interactions.list()).toHaveLength(2);
  });

  it('is not taken under the address that a stranger’s header names', async () => {
    const path = `${service.webhooks}/Message`;
    const answer = await service.text(
      somebody(),
      'x',
      {},
      {
        headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'proxy.example.test' },
        signedUrl: `https://proxy.example.test${path}`,
      },
    );
    expect(answer.status).toBe(403);
  });

  it('is taken under PUBLIC_URL, whatever the request itself says', async () => {
    const through = await world.serve({ publicUrl: 'https://proxy.example.test/masking' });
    const { people } = await service.session();
    const [alice = ''] = people;
    const signedUrl = `https://proxy.example.test/masking${service.webhooks}/Message`;
    expect((await service.text(alice, 'one', {}, { through, signedUrl })).status).toBe(200);
    expect((await service.text(alice, 'two', {}, { through })).status).toBe(403);
  });

  it.each(['GET', 'PUT', 'DELETE'])(
    'is taken by no other method, for which a login is wanted: %s',
    async (method) => {
      const answer = await fetch(`${world.api.url}${service.webhooks}/Message`, { method });
      expect(answer.status).toBe(401);
    },
  );

  it.each([
    ['an account that is none', 'AC1', 'KS'],
    ['a service that is none', 'AC', 'KC'],
  ])('is not found at %s', async (_, account, prefix) => {
    const accountSid = account === 'AC' ? world.accountSid : account;
    const path = `/v1/Accounts/${accountSid}/Proxy/${prefix}${'1'.repeat(32)}/Webhooks/Message`;
    expect((await world.bring(path, {})).status).toBe(404);
  });

  it('is not found at a service that is not there, nor at one for whose pool it did not come', async () => {
    const said = { MessageSid: newSid('SM'), From: somebody(), To: service.number, Body: 'x' };
    const nowhere = `/v1/Accounts/${world.accountSid}/Proxy/KS${'1'.repeat(32)}/Webhooks/Message`;
    expect((await world.bring(nowhere, said)).status).toBe(404);
    const other = await world.service();
    expect((await world.bring(`${other.webhooks}/Message`, said)).status).toBe(404);
    expect((await service.text(somebody(), 'x', { To: somebody() })).status).toBe(404);
    expect((await service.ring(somebody(), { To: '' })).status).toBe(404);
  });
});

describe('a body that is no webhook', () => {
  const send = (
    body: string | Uint8Array<ArrayBuffer>,
    type = 'application/x-www-form-urlencoded',
    path = 'Message',
  ) => {
    const url = `${world.api.url}${service.webhooks}/${path}`;
    return fetch(url, { method: 'POST', headers: { 'Content-Type': type, 'X-Twilio-Signature': 'x' }, body });
  };

  it.each([
    ['JSON', '{"MessageSid":"SM"}', 'application/json', 400],
    ['XML', '<Response/>', 'text/xml', 400],
    ['bytes that are no text', new Uint8Array([0x42, 0x3d, 0xff]), undefined, 400],
    ['a broken percent sign', 'Body=%', undefined, 400],
    ['a NUL', 'Body=%00', undefined, 400],
    ['half a character', 'Body=%ED%A0%80', undefined, 400],
    ['a million parameters', 'a&'.repeat(30_000), undefined, 400],
    ['a megabyte', `Body=${'x'.repeat(1 << 20)}`, undefined, 413],
    ['keys of a prototype', '__proto__=1&constructor=2&toString=3', undefined, 403],
    ['nothing', '', undefined, 403],
  ])('is refused: %s', async (_, body, type, status) => {
    expect((await send(body, type)).status).toBe(status);
  });

  it.each(paths)('is refused by every webhook: %s', async (path) => {
    expect((await send('Body=%00', undefined, path)).status).toBe(400);
  });

  it('is refused when it is signed and does not name what came', async () => {
    const url = `${service.webhooks}/Message`;
    for (const MessageSid of ['', 'SM1', `${newSid('SM')}x`, "SM' or 1=1"]) {
      const said = { MessageSid, From: somebody(), To: service.number, Body: 'x' };
      expect((await world.bring(url, said)).status).toBe(400);
    }
  });

  it('does nothing when a report does not name the interaction', async () => {
    for (const query of ['', '?interaction=', '?interaction=KI1', `?interaction=${newSid('KC')}`]) {
      const path = `${service.webhooks}/MessageStatus${query}`;
      const answer = await world.bring(path, { MessageSid: newSid('SM'), MessageStatus: 'sent' });
      expect(answer.status).toBe(204);
    }
    const twice = `${service.webhooks}/MessageStatus?interaction=${newSid('KI')}&interaction=${newSid('KI')}`;
    expect((await world.bring(twice, { MessageStatus: 'sent' })).status).toBe(204);
  });
});
