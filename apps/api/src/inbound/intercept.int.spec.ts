import { beforeAll, describe, expect, it } from '@jest/globals';
import { newSid } from '#platform';
import { webhookReceiver, type WebhookReceiver } from '#testing';
import type { ServerResponse } from 'node:http';
import { serveInbound, type Inbound } from './spec/serve-inbound.js';

const REJECTED = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>';

let receiver: WebhookReceiver;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  receiver = await webhookReceiver((response) => {
    answer(response);
  });
});

const status = (code: number) => (response: ServerResponse) => response.writeHead(code).end('{"body":"new"}');
const silence = () => undefined;
const hangUp = (response: ServerResponse) => response.destroy();

async function ring(world: Inbound, path: string) {
  const service = await world.service({ interceptCallbackUrl: `${receiver.url}${path}` });
  const { people, rest, sid } = await service.session();
  const [alice = ''] = people;
  const CallSid = newSid('CA');
  const { text } = await service.ring(alice, { CallSid });
  const [interaction] = await rest.interactions.list();
  const asked = receiver.calls.filter((received) => received.path === path);
  return { service, rest, sid, alice, CallSid, text, interaction: interaction?.toJSON(), asked };
}

/** A message is asked about by the worker: test/masking has that. */
describe('a call that the service may veto', () => {
  let world: Inbound;
  beforeAll(async () => {
    world = await serveInbound();
  });

  it('is rejected on a 403, and kept as an interaction that reached nobody, in a session that has not begun', async () => {
    answer = status(403);
    const { text, interaction, rest, service, alice, CallSid, asked } = await ring(world, '/403');

    expect(text).toBe(REJECTED);
    expect(interaction).toMatchObject({
      type: 'voice',
      inboundResourceSid: CallSid,
      inboundResourceStatus: 'in-progress',
      outboundParticipantSid: null,
      outboundResourceSid: null,
      outboundResourceStatus: 'canceled',
    });
    expect(await rest.fetch()).toMatchObject({ status: 'open', dateStarted: null });
    expect(world.takeAlerts()).toEqual([80909]);

    expect((await service.ring(alice, { CallSid })).text).toBe(REJECTED);
    expect(asked).toHaveLength(1);
  });

  it('is asked about without a word of the other side', async () => {
    answer = status(200);
    const { interaction, asked, sid, service, CallSid, alice } = await ring(world, '/asked');
    const [{ body } = { body: '' }] = asked;
    const form = Object.fromEntries(new URLSearchParams(body));
    expect(form).toEqual({
      interactionSid: interaction?.['sid'],
      interactionSessionSid: sid,
      interactionServiceSid: service.sid,
      interactionAccountSid: world.accountSid,
      interactionType: 'Voice',
      interactionData: '',
      interactionDateCreated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
      interactionDateUpdated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
      inboundParticipantSid: interaction?.['inboundParticipantSid'],
      inboundResourceSid: CallSid,
      inboundResourceType: 'call',
      inboundResourceStatus: 'in-progress',
      inboundResourceUrl: '',
    });
    expect(body).not.toContain(encodeURIComponent(alice));
  });

  it.each<[string, (response: ServerResponse) => unknown, number[]]>([
    ['200', status(200), []],
    ['204', status(204), []],
    ['302', status(302), [80908]],
    ['401', status(401), [80908]],
    ['404', status(404), [80908]],
    ['500', status(500), [80908]],
    ['a connection that breaks', hangUp, [80908]],
    ['silence', silence, [80908]],
  ])('goes on after %s', async (name, says, alerts) => {
    answer = says;
    const started = performance.now();
    const { text, rest } = await ring(world, `/on/${encodeURIComponent(name)}`);
    expect(text).toContain('<Dial');
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(await rest.fetch()).toMatchObject({ status: 'in-progress' });
    expect(world.takeAlerts()).toEqual(alerts);
  });
});

describe('where no answer means no', () => {
  let world: Inbound;
  beforeAll(async () => {
    world = await serveInbound({ masking: { INTERCEPT_FAILURE: 'closed' } });
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['500', status(500)],
    ['a connection that breaks', hangUp],
    ['silence', silence],
  ])('a call is rejected after %s', async (name, says) => {
    answer = says;
    const { text, rest, interaction } = await ring(world, `/closed/${encodeURIComponent(name)}`);
    expect(text).toBe(REJECTED);
    expect(interaction).toMatchObject({ outboundResourceStatus: 'canceled', outboundParticipantSid: null });
    expect(await rest.fetch()).toMatchObject({ status: 'open' });
    expect(world.takeAlerts()).toEqual([80908, 80909]);
  });

  it('a call goes on after 200', async () => {
    answer = status(200);
    expect((await ring(world, '/closed/200')).text).toContain('<Dial');
    expect(world.takeAlerts()).toEqual([]);
  });
});
