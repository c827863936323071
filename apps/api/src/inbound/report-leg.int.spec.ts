import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newSid } from '#platform';
import { serveInbound, type Inbound } from './spec/serve-inbound.js';

let world: Inbound;
let service: Awaited<ReturnType<Inbound['service']>>;

beforeAll(async () => {
  world = await serveInbound();
  service = await world.service();
});

beforeEach(() => {
  world.takeAlerts();
});

type Report = readonly [
  webhook: 'MessageStatus' | 'CallStatus' | 'DialComplete',
  said: Record<string, string>,
];

/** A call or message under way, and what the carrier says of it. */
async function underWay(type: 'message' | 'voice') {
  const { people, rest } = await service.session();
  const [alice = ''] = people;
  if (type === 'message') await service.text(alice, 'x');
  else await service.ring(alice);
  const [interaction] = await rest.interactions.list();
  const sid = interaction?.sid ?? '';
  const report = async (...[webhook, said]: Report) => {
    const { status } = await world.bring(`${service.webhooks}/${webhook}?interaction=${sid}`, said);
    expect(status).toBe(webhook === 'DialComplete' ? 200 : 204);
  };
  return {
    sid,
    rest,
    report,
    legs: async () => {
      const now = await rest.interactions(sid).fetch();
      return {
        inbound: now.inboundResourceStatus,
        outbound: now.outboundResourceStatus,
        sid: now.outboundResourceSid,
        data: now.data,
      };
    },
  };
}

describe('what the carrier reports of a message', () => {
  const sid = newSid('SM');
  const said = (...words: string[]) =>
    words.map((MessageStatus): Report => ['MessageStatus', { MessageSid: sid, MessageStatus }]);

  it.each<[string, readonly Report[], string]>([
    ['in order', said('queued', 'sent', 'delivered'), 'delivered'],
    ['backwards', said('delivered', 'sent', 'queued'), 'delivered'],
    ['twice', said('sent', 'sent', 'delivered', 'delivered', 'sent'), 'delivered'],
    ['with a failure', said('sent', 'undelivered', 'delivered'), 'undelivered'],
    ['in the older word', [['MessageStatus', { MessageSid: sid, SmsStatus: 'sent' }]], 'sent'],
    ['in words of its own', said('sending', 'whatever', ''), 'sending'],
    ['accepted only', said('accepted'), 'queued'],
  ])('%s shows the furthest status', async (_, reports, outbound) => {
    const message = await underWay('message');
    for (const report of reports) await message.report(...report);
    expect(await message.legs()).toEqual({ inbound: 'delivered', outbound, sid, data: '{"body":"x"}' });
    expect(world.alerts).toEqual([]);
  });

  it('all at once shows the furthest status, and each change once in the log', async () => {
    const message = await underWay('message');
    const words = ['queued', 'sending', 'sent', 'delivered', 'sent', 'queued', 'delivered', 'sending'];
    await Promise.all(said(...words).map((report) => message.report(...report)));
    expect(await message.legs()).toMatchObject({ outbound: 'delivered', sid });
    const { rows } = await world.database.reads.query<{ status: string }>(
      `select data ->> 'status' as status from maskline.event
       where type = 'InteractionLegStatusChanged' and data ->> 'interactionSid' = $1 order by version`,
      [message.sid],
    );
    const statuses = rows.map(({ status }) => status);
    expect(new Set(statuses).size).toBe(statuses.length);
    expect(statuses.at(-1)).toBe('delivered');
  });
});

describe('what the carrier reports of a call', () => {
  const sid = newSid('CA');
  const status = (CallStatus: string, more: Record<string, string> = {}): Report => [
    'CallStatus',
    { CallSid: sid, CallStatus, ...more },
  ];
  const complete = (DialCallStatus: string, more: Record<string, string> = {}): Report => [
    'DialComplete',
    { CallSid: newSid('CA'), DialCallSid: sid, DialCallStatus, ...more },
  ];
  const talk = [status('initiated'), status('ringing'), status('in-progress')];
  const talked = '{"duration":"42"}';

  it.each<[string, readonly Report[], string, string | null]>([
    ['a talk', [...talk, status('completed', { CallDuration: '42' })], 'completed', talked],
    [
      'a talk, to its end',
      [
        ...talk,
        status('completed', { CallDuration: '42' }),
        complete('completed', { DialCallDuration: '42' }),
      ],
      'completed',
      talked,
    ],
    ['the end alone', [complete('completed', { DialCallDuration: '42' })], 'completed', talked],
    ['the end in the older word', [complete('answered', { DialCallDuration: '42' })], 'completed', talked],
    [
      'the end first',
      [
        complete('completed', { DialCallDuration: '42' }),
        status('completed', { CallDuration: '42' }),
        ...talk,
      ],
      'completed',
      talked,
    ],
    ['a busy line', [status('initiated'), status('busy'), complete('busy')], 'busy', null],
    ['nobody there', [status('ringing'), complete('no-answer'), status('no-answer')], 'no-answer', null],
    ['a call that could not be made', [complete('failed')], 'failed', null],
    ['a caller who hung up', [status('ringing'), complete('canceled')], 'canceled', null],
    ['nonsense for a duration', [complete('completed', { DialCallDuration: "5'; drop" })], 'completed', null],
  ])('is shown: %s', async (_, reports, outbound, data) => {
    const call = await underWay('voice');
    for (const report of reports) await call.report(...report);
    expect(await call.legs()).toEqual({ inbound: 'completed', outbound, sid, data });
    const session = await call.rest.fetch();
    const interaction = await call.rest.interactions(call.sid).fetch();
    expect(session.dateLastInteraction.getTime()).toBeGreaterThanOrEqual(interaction.dateCreated.getTime());
    expect(world.alerts).toEqual([]);
  });

  it('is of a call that is still running', async () => {
    const call = await underWay('voice');
    for (const report of talk) await call.report(...report);
    expect(await call.legs()).toEqual({ inbound: 'in-progress', outbound: 'in-progress', sid, data: null });
  });

  it.each<[string, (call: Awaited<ReturnType<typeof underWay>>) => Promise<unknown>]>([
    ['the interaction', ({ rest, sid: interaction }) => rest.interactions(interaction).remove()],
    ['the session', ({ rest }) => rest.remove()],
  ])('comes for nobody when %s was deleted while it ran', async (_, remove) => {
    const call = await underWay('voice');
    await call.report(...status('ringing'));
    await remove(call);
    await call.report(...status('completed', { CallDuration: '42' }));
    await call.report(...complete('completed', { DialCallDuration: '42' }));
    expect(world.takeAlerts()).toEqual([80907, 80907]);
    const { rows } = await world.database.reads.query('select from maskline.interaction where sid = $1', [
      call.sid,
    ]);
    expect(rows).toEqual([]);
  });

  it('is shown although the session has been closed meanwhile', async () => {
    const call = await underWay('voice');
    await call.rest.update({ status: 'closed' });
    await call.report(...complete('completed', { DialCallDuration: '42' }));
    expect(await call.legs()).toMatchObject({ inbound: 'completed', outbound: 'completed', data: talked });
    expect(await call.rest.fetch()).toMatchObject({ status: 'closed' });
  });

  it('comes for nobody when it names an interaction of another service, or none', async () => {
    const call = await underWay('voice');
    const other = await world.service();
    for (const interaction of [call.sid, newSid('KI'), '']) {
      const path = `${other.webhooks}/CallStatus?interaction=${interaction}`;
      expect((await world.bring(path, { CallSid: sid, CallStatus: 'busy' })).status).toBe(204);
    }
    expect(world.takeAlerts()).toEqual([80907, 80907, 80907]);
    expect(await call.legs()).toEqual({ inbound: 'in-progress', outbound: null, sid: null, data: null });
  });
});
