import { expect, it } from '@jest/globals';
import { openSimulator } from '#carrier';
import { newSid, parseMasterKey } from '#platform';
import { cleanUp, waitFor } from '#testing';
import { formSignature } from '#wire';
import { startApi } from '../rest/start-api.js';
import { freshNumber, masked } from './masked.js';

it('what comes in while the database is away is brought again by the carrier, and nothing of it is lost', async () => {
  const api = await startApi();
  const world = masked(api.service);
  const [alice, bob] = [freshNumber(), freshNumber()];
  const service = await world.service();
  const { rest } = await service.session([{ number: alice }, { number: bob }]);
  const masterKey = parseMasterKey(api.service.env['MASKLINE_MASTER_KEY'] ?? '');
  if (masterKey === null) throw new Error('the API was started without a master key');
  const { carrier } = openSimulator(api.database, masterKey);
  cleanUp(() => carrier.stop());
  const token = await carrier.webhookToken(api.accountSid);

  const bring = async (webhook: 'Message' | 'Call', sid: string) => {
    const url = `${api.url}/v1/Accounts/${api.accountSid}/Proxy/${service.sid}/Webhooks/${webhook}`;
    const said = {
      [webhook === 'Message' ? 'MessageSid' : 'CallSid']: sid,
      From: alice,
      To: service.number,
      Body: 'x',
    };
    const signature = formSignature(token, url, Object.entries(said));
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'X-Twilio-Signature': signature },
      body: new URLSearchParams(said),
    });
    return answer.status;
  };

  const sids = [newSid('SM'), newSid('SM'), newSid('CA')] as const;
  const bringAll = () =>
    Promise.all(sids.map((sid) => bring(sid.startsWith('SM') ? 'Message' : 'Call', sid)));
  await api.gate.shut();
  const refused = await bringAll();
  expect(refused.every((status) => status === 500 || status === 503)).toBe(true);
  await api.gate.open();

  await waitFor(async () => (await bringAll()).every((status) => status === 200));
  const interactions = await rest.interactions.list();
  expect(interactions.map(({ inboundResourceSid }) => inboundResourceSid).sort()).toEqual([...sids].sort());
});
