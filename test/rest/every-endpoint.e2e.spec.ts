import { beforeAll, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import twilio5 from 'twilio-5';
import { waitFor } from '#testing';
import {
  allOperations,
  departuresOf,
  operationOf,
  recordExchanges,
  type Exchange,
} from './record-exchanges.js';
import { ownShortCode } from './own-short-code.js';
import { startApi, type Api } from './start-api.js';

let api: Api;

beforeAll(async () => {
  api = await startApi();
});

let count = 0;
const newNumber = () => `+14152${String(++count).padStart(6, '0')}`;

/** Each SDK by its own words; what both have is called by the types of the newer one. */
const sdks = {
  '6.2': () => {
    const exchanges: Exchange[] = [];
    const httpClient = recordExchanges(new twilio.RequestClient(), exchanges);
    return { client: twilio(api.accountSid, api.service.authToken, { httpClient }), exchanges };
  },
  '5.3': () => {
    const exchanges: Exchange[] = [];
    // Of the same shape, from the other package.
    const own = new twilio5.RequestClient() as unknown as InstanceType<typeof twilio.RequestClient>;
    const httpClient = recordExchanges(own, exchanges) as unknown as InstanceType<
      typeof twilio5.RequestClient
    >;
    const client = twilio5(api.accountSid, api.service.authToken, { httpClient });
    return { client: client as unknown as ReturnType<typeof twilio>, exchanges };
  },
};

describe.each(Object.keys(sdks) as (keyof typeof sdks)[])('twilio %s', (version) => {
  it('reaches every operation that Twilio describes, and is answered as described', async () => {
    const { client, exchanges } = sdks[version]();
    client.proxy.baseUrl = api.url;
    const { services } = client.proxy.v1;
    const [alice, bob] = [newNumber(), newNumber()];

    const { sid: serviceSid, uniqueName } = await services.create({ uniqueName: `every-${version}` });
    const service = services(serviceSid);
    expect((await services(uniqueName).fetch()).sid).toBe(serviceSid);
    expect((await service.update({ defaultTtl: 600 })).defaultTtl).toBe(600);
    expect((await services.list()).map(({ sid }) => sid)).toContain(serviceSid);

    const number = await service.phoneNumbers.create({ phoneNumber: newNumber() });
    expect(number).toMatchObject({ isReserved: false, inUse: 0, isoCountry: 'US', serviceSid });
    expect(number.capabilities).toMatchObject({ sms: true, voice: true });
    const reserved = await service.phoneNumbers.create({ phoneNumber: newNumber(), isReserved: true });
    expect(await service.phoneNumbers(reserved.sid).update({ isReserved: false })).toMatchObject({
      isReserved: false,
    });
    expect((await service.phoneNumbers.list()).map(({ sid }) => sid)).toEqual([reserved.sid, number.sid]);
    expect(await service.phoneNumbers(reserved.sid).remove()).toBe(true);
    // By its SID as well, once the carrier has told it.
    expect((await service.phoneNumbers.create({ sid: reserved.sid })).phoneNumber).toBe(reserved.phoneNumber);

    const session = await service.sessions.create({
      uniqueName: 'Order 1',
      participants: [{ Identifier: alice, FriendlyName: 'Alice' }],
    });
    const sessions = service.sessions(session.sid);
    expect((await service.sessions('Order 1').fetch()).sid).toBe(session.sid);
    expect((await service.sessions.list()).map(({ sid }) => sid)).toEqual([session.sid]);
    const second = await sessions.participants.create({
      identifier: bob,
      friendlyName: 'Bob',
      proxyIdentifier: number.phoneNumber,
      proxyIdentifierSid: number.sid,
    });
    expect(await sessions.participants(second.sid).fetch()).toMatchObject({
      identifier: bob,
      proxyIdentifier: number.phoneNumber,
      proxyIdentifierSid: number.sid,
      dateDeleted: null,
    });
    const [, first] = await sessions.participants.list();
    expect(first).toMatchObject({ identifier: alice, friendlyName: 'Alice' });

    const { messageInteractions } = sessions.participants(second.sid);
    const sent = await messageInteractions.create({ body: 'Your driver is here' });
    expect(sent).toMatchObject({
      type: 'message',
      outboundParticipantSid: second.sid,
      inboundParticipantSid: null,
    });
    expect((await messageInteractions(sent.sid).fetch()).data).toBe('{"body":"Your driver is here"}');
    expect((await messageInteractions.list()).map(({ sid }) => sid)).toEqual([sent.sid]);

    await api.ask('POST', '/simulator/messages', {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ from: alice, to: first?.proxyIdentifier, body: 'hello' }),
    });
    const interactions = await waitFor(async () => {
      const found = await sessions.interactions.list();
      return found.length === 2 && found;
    });
    const [inbound] = interactions;
    expect(await sessions.interactions(inbound?.sid ?? '').fetch()).toMatchObject({
      type: 'message',
      data: '{"body":"hello"}',
      inboundParticipantSid: first?.sid,
      inboundResourceStatus: 'delivered',
      inboundResourceType: 'Message',
    });
    expect((await service.sessions(session.sid).fetch()).status).toBe('in-progress');
    expect((await service.phoneNumbers(number.sid).fetch()).inUse).toBe(1);

    expect(await sessions.interactions(sent.sid).remove()).toBe(true);
    expect(await sessions.participants(second.sid).remove()).toBe(true);
    expect((await sessions.participants(second.sid).fetch()).dateDeleted).toBeInstanceOf(Date);
    expect((await sessions.update({ status: 'closed' })).status).toBe('closed');
    expect(await sessions.remove()).toBe(true);
    expect(await service.remove()).toBe(true);

    expect(exchanges.flatMap(departuresOf)).toEqual([]);
    const reached = new Set(exchanges.map(operationOf));
    expect(allOperations().filter((operation) => !reached.has(operation))).toEqual([]);
  });
});

describe('twilio 5.3, which knows short codes', () => {
  it('adds, shows, reserves and removes them', async () => {
    const client = twilio5(api.accountSid, api.service.authToken);
    client.proxy.baseUrl = api.url;
    const { sid: serviceSid, links } = await client.proxy.v1.services.create({ uniqueName: 'short' });
    expect(links).toMatchObject({ short_codes: `${api.url}/v1/Services/${serviceSid}/ShortCodes` });
    const { shortCodes } = client.proxy.v1.services(serviceSid);
    const sid = await ownShortCode(api, '23456');
    const created = await shortCodes.create({ sid });
    expect(created).toMatchObject({
      sid,
      serviceSid,
      shortCode: '23456',
      isoCountry: 'US',
      isReserved: false,
      url: `${api.url}/v1/Services/${serviceSid}/ShortCodes/${sid}`,
      dateCreated: expect.any(Date) as unknown,
    });
    await expect(shortCodes.create({ sid })).rejects.toMatchObject({ status: 400, code: 80105 });
    expect(await shortCodes(sid).update({ isReserved: true })).toMatchObject({ isReserved: true });
    expect((await shortCodes.list()).map((shortCode) => shortCode.toJSON())).toEqual([
      (await shortCodes(sid).fetch()).toJSON(),
    ]);
    expect(await shortCodes(sid).remove()).toBe(true);
    await expect(shortCodes(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});
