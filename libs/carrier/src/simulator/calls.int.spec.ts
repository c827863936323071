import { beforeAll, describe, expect, it } from '@jest/globals';
import { newSid } from '#platform';
import { waitFor } from '#testing';
import { hasValidSignature } from '#wire';
import { openNetwork, openProcess, type Network } from './spec/open-network.js';

const number = '+14155550100';
const other = '+14155550111';
const alice = '+12025550101';
const bob = '+12025550102';
const answering = { isAnswering: true, seconds: 42 };

let network: Network;

beforeAll(async () => {
  network = await openNetwork({ retryAfter: 5, second: 1 });
});

/** A path of the test's own, so that no test sees what another one receives. */
const newPath = () => `/${newSid('KI')}`;

/** An account whose number has its calls answered by this TwiML. */
async function lead(twiml: string) {
  const [call, action, status] = [newPath(), newPath(), newPath()];
  const { accountSid } = await network.connect(number, { call });
  network.webhooks.answerTwiml(
    call,
    twiml.replace('ACTION', `${action}?x=1&amp;y=2`).replace('STATUS', status),
  );
  network.webhooks.answerTwiml(action, '<Response/>');
  return { accountSid, call, action, status };
}

/** The call of a phone, once it is over. */
async function ended(accountSid: string, phone = alice) {
  const over = ['completed', 'busy', 'no-answer', 'failed'];
  const [call] = await waitFor(async () => {
    const shown = await network.phones.calls(accountSid, phone);
    return over.includes(shown[0]?.status ?? '') && shown;
  });
  return call;
}

const paramsAt = (path: string) => network.webhooks.at(path).map(({ params }) => params);

const forward = (attributes = '') =>
  `<Response><Dial callerId="${number}" answerOnBridge="true" timeout="30" action="ACTION" ${attributes}>
     <Number statusCallbackEvent="initiated ringing answered completed" statusCallback="STATUS">${bob}</Number>
   </Dial></Response>`;

describe('a call that is dialled on', () => {
  it('is reported with everything that Twilio says, from the ringing of one side to the end of the other', async () => {
    const { accountSid, call, action, status } = await lead(forward());

    const { sid } = await network.phones.call(accountSid, alice, number, answering);

    expect(await ended(accountSid)).toMatchObject({
      sid,
      status: 'completed',
      duration: 42,
      direction: 'outbound',
    });
    const [bobs] = await network.phones.calls(accountSid, bob);
    expect(bobs).toMatchObject({
      from_number: number,
      status: 'completed',
      duration: 42,
      direction: 'inbound',
    });
    expect(paramsAt(call)).toEqual([
      {
        CallSid: sid,
        AccountSid: accountSid,
        From: alice,
        To: number,
        Caller: alice,
        Called: number,
        CallStatus: 'ringing',
        Direction: 'inbound',
        ApiVersion: '2010-04-01',
        FromCountry: 'US',
        FromState: '',
        FromCity: '',
        FromZip: '',
        CallerCountry: 'US',
        CallerState: '',
        CallerCity: '',
        CallerZip: '',
        ToCountry: 'US',
        ToState: '',
        ToCity: '',
        ToZip: '',
        CalledCountry: 'US',
        CalledState: '',
        CalledCity: '',
        CalledZip: '',
      },
    ]);
    const reports = paramsAt(status);
    expect(reports.map(({ CallStatus, SequenceNumber }) => [CallStatus, SequenceNumber])).toEqual([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ]);
    expect(reports[3]).toMatchObject({
      CallSid: bobs?.sid,
      ParentCallSid: sid,
      From: number,
      To: bob,
      Direction: 'outbound-dial',
      CallDuration: '42',
      Duration: '1',
      CallbackSource: 'call-progress-events',
    });
    expect(reports[0]).not.toHaveProperty('CallDuration');
    expect(Date.parse(String(reports[0]?.['Timestamp']))).toBeGreaterThan(Date.now() - 60_000);
    expect(paramsAt(action)).toMatchObject([
      {
        CallSid: sid,
        CallStatus: 'in-progress',
        DialCallSid: bobs?.sid,
        DialCallStatus: 'completed',
        DialCallDuration: '42',
        DialBridged: 'true',
      },
    ]);
    expect(network.webhooks.at(action)[0]?.path).toBe(`${action}?x=1&y=2`);
    const order = network.webhooks.received.filter(({ params }) => params['AccountSid'] === accountSid);
    expect(order.map(({ path }) => path.split('?')[0])).toEqual([
      call,
      status,
      status,
      status,
      status,
      action,
    ]);
    const token = await network.carrier.webhookToken(accountSid);
    for (const { url, params, headers } of order) {
      const signature = String(headers['x-twilio-signature']);
      expect(hasValidSignature({ token, url, params: Object.entries(params), signature })).toBe(true);
    }
  });

  it.each([
    [
      'nobody answers',
      bob,
      { isAnswering: false, seconds: 0 },
      'no-answer',
      ['initiated', 'ringing', 'no-answer'],
    ],
    ['+15005550070 is busy', '+15005550070', answering, 'busy', ['initiated', 'ringing', 'busy']],
    [
      '+15005550071 never answers',
      '+15005550071',
      answering,
      'no-answer',
      ['initiated', 'ringing', 'no-answer'],
    ],
    ['+15005550072 cannot be called', '+15005550072', answering, 'failed', ['initiated', 'failed']],
  ])('ends as the other side does when %s', async (_, to, manners, status, statuses) => {
    const { accountSid, action, status: path } = await lead(forward().replace(bob, to));
    await network.phones.call(accountSid, alice, number, manners);
    expect(await ended(accountSid)).toMatchObject({ status, duration: null });
    expect(paramsAt(path).map(({ CallStatus }) => CallStatus)).toEqual(statuses);
    expect(paramsAt(path).map(({ SequenceNumber }) => Number(SequenceNumber))).toEqual(
      statuses.map((_, i) => i),
    );
    const [result] = paramsAt(action);
    expect(result).toMatchObject({ DialCallStatus: status, DialBridged: 'false', CallStatus: 'ringing' });
    expect(result).not.toHaveProperty('DialCallDuration');
  });

  it('is never answered when nobody wanted it and no action says otherwise', async () => {
    const { accountSid } = await lead(forward().replace('action="ACTION"', ''));
    await network.phones.call(accountSid, alice, number, { isAnswering: false, seconds: 0 });
    expect(await ended(accountSid)).toMatchObject({ status: 'no-answer', duration: null });
  });

  it('goes on with the verbs after the Dial when there is no action', async () => {
    const { accountSid, status } = await lead(
      forward().replace('action="ACTION"', '').replace('</Response>', '<Say>bye</Say></Response>'),
    );
    await network.phones.call(accountSid, alice, number, { isAnswering: true, seconds: 5 });
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 6 });
    expect(paramsAt(status).at(-1)).toMatchObject({ CallDuration: '5' });
  });

  it('is answered at once without answerOnBridge, and its ringing counts', async () => {
    const { accountSid } = await lead(forward().replace('answerOnBridge="true"', ''));
    await network.phones.call(accountSid, alice, number, { isAnswering: false, seconds: 0 });
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 30 });
  });

  it('reports only its end unless more is asked for, and nothing without an address', async () => {
    const number1 = `<Response><Dial callerId="${number}"><Number statusCallback="STATUS">${bob}</Number></Dial></Response>`;
    const one = await lead(number1);
    await network.phones.call(one.accountSid, alice, number, answering);
    await ended(one.accountSid);
    expect(
      paramsAt(one.status).map(({ CallStatus, SequenceNumber }) => [CallStatus, SequenceNumber]),
    ).toEqual([['completed', '0']]);
    const none = await lead(`<Response><Dial>${bob}</Dial></Response>`);
    await network.phones.call(none.accountSid, alice, number, answering);
    expect(await ended(none.accountSid)).toMatchObject({ status: 'completed' });
    expect(await network.phones.calls(none.accountSid, bob)).toMatchObject([{ from_number: alice }]);
  });

  it('is not made with a callerId that is neither in the call nor of the account', async () => {
    const { accountSid, action, status } = await lead(
      forward().replace(`callerId="${number}"`, `callerId="${other}"`),
    );
    await network.phones.call(accountSid, alice, number, answering);
    await ended(accountSid);
    expect(paramsAt(action)).toMatchObject([{ DialCallStatus: 'failed', DialBridged: 'false' }]);
    expect(paramsAt(action)[0]).not.toHaveProperty('DialCallSid');
    expect(paramsAt(status)).toEqual([]);
    await network.connect(other, { accountSid });
    await network.phones.call(accountSid, alice, number, answering);
    await waitFor(() => paramsAt(action).length === 2);
    expect(paramsAt(action)[1]).toMatchObject({ DialCallStatus: 'completed' });
    expect(await network.phones.calls(accountSid, bob)).toMatchObject([{ from_number: other }]);
  });

  it('comes in at another number of the account, which may lead it further', async () => {
    const { accountSid, action } = await lead(forward().replace(bob, other));
    const second = newPath();
    await network.connect(other, { accountSid, call: second });
    network.webhooks.answerTwiml(second, `<Response><Dial answerOnBridge="true">${bob}</Dial></Response>`);
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 42 });
    expect(paramsAt(second)).toMatchObject([{ From: number, To: other, CallStatus: 'ringing' }]);
    expect(paramsAt(action)).toMatchObject([{ DialCallStatus: 'completed', DialCallDuration: '42' }]);
    expect(await network.phones.calls(accountSid, bob)).toMatchObject([
      { from_number: number, duration: 42 },
    ]);
  });

  it('is not led in circles', async () => {
    const { accountSid, call } = await lead(
      `<Response><Dial answerOnBridge="true">${number}</Dial></Response>`,
    );
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'failed', duration: null });
    expect(paramsAt(call)).toHaveLength(5);
  });
});

describe('a call that is answered by TwiML', () => {
  it.each([
    ['<Reject/>', 'no-answer', null],
    ['<Reject reason="busy"/>', 'busy', null],
    ['<Say>hi</Say><Reject/>', 'completed', 1],
    ['<Say>hi</Say><Play>/a.mp3</Play><Pause/>', 'completed', 3],
    ['<Hangup/><Say>never</Say>', 'completed', 0],
    ['', 'completed', 0],
  ])('%s ends as %s', async (verbs, status, duration) => {
    const { accountSid } = await lead(`<Response>${verbs}</Response>`);
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status, duration, error_code: null });
  });

  it('follows a Redirect, but not for ever', async () => {
    const { accountSid, call, action } = await lead('<Response><Redirect>ACTION</Redirect></Response>');
    network.webhooks.answerTwiml(action, '<Response><Say>hi</Say></Response>');
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 1 });

    network.webhooks.answerTwiml(action, `<Response><Redirect>${call}</Redirect></Response>`);
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'failed', error_code: 11200 });
    expect(paramsAt(call).length + paramsAt(action).length).toBe(2 + 10);
  });

  it.each([
    ['what is no XML', 'hello', 12100],
    ['nothing', '', 12100],
    ['a verb that phones without ears cannot obey', '<Response><Gather/></Response>', 12200],
    [
      'more than one number',
      `<Response><Dial><Number>${bob}</Number><Number>${alice}</Number></Dial></Response>`,
      12200,
    ],
    ['a Dial of what is no number', '<Response><Dial>bob</Dial></Response>', 13223],
  ])('fails with %s', async (_, xml, code) => {
    const { accountSid } = await lead(xml);
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'failed', error_code: code, duration: null });
  });

  it('fails when the webhook does, after a second attempt', async () => {
    const { accountSid, call } = await lead('');
    network.webhooks.answer(call, (_, response) => response.writeHead(500).end());
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'failed', error_code: 11200 });
    expect(paramsAt(call)).toHaveLength(2);
  });

  it('is completed when what comes after the talk fails', async () => {
    const { accountSid, action } = await lead(forward());
    network.webhooks.answer(action, (_, response) => response.writeHead(404).end());
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 42, error_code: 11200 });
  });

  it('does not wait for a callback that fails', async () => {
    const { accountSid, status, action } = await lead(forward());
    network.webhooks.answer(status, (_, response) => response.writeHead(500).end());
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 42 });
    expect(paramsAt(status)).toHaveLength(8);
    expect(paramsAt(action)).toHaveLength(1);
  });
});

describe('a call from phone to phone', () => {
  it('rings, and is talked', async () => {
    const accountSid = newSid('AC');
    await network.phones.call(accountSid, alice, bob, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 42 });
    expect(await network.phones.calls(accountSid, bob)).toMatchObject([
      { direction: 'inbound', duration: 42 },
    ]);
  });

  it('fails at a number that is not connected', async () => {
    const { accountSid, sid } = await network.connect(number);
    await network.carrier.disconnectNumber(accountSid, sid);
    await network.phones.call(accountSid, alice, number, answering);
    expect(await ended(accountSid)).toMatchObject({ status: 'failed' });
    expect(await network.phones.calls(accountSid, number)).toEqual([]);
  });
});

describe('the calls of a process', () => {
  it('that is gone are ended by another one, and their end is reported', async () => {
    const accountSid = newSid('AC');
    const path = newPath();
    await network.database.admin.query(
      `insert into simulator.call (account_sid, sid, parent_sid, from_number, to_number, status, status_callback, reported, sequence_number, held_until)
       values ($1, $2, $3, $4, $5, 'in-progress', $6, '{completed}', 0, now() - interval '1 second')`,
      [accountSid, newSid('CA'), newSid('CA'), number, bob, network.webhooks.url + path],
    );
    openProcess(network.database, { lookAround: 10 });
    await waitFor(() => paramsAt(path).length === 1);
    expect(paramsAt(path)).toMatchObject([{ CallStatus: 'failed', SequenceNumber: '0' }]);
    expect(await network.phones.calls(accountSid, number)).toMatchObject([{ status: 'failed' }]);
  });

  it('that stops are brought to an end without the waiting', async () => {
    const { accountSid, action } = await lead(forward());
    const leaving = openProcess(network.database, { second: 60_000 });
    await leaving.phones.call(accountSid, alice, number, answering);
    await leaving.carrier.stop();
    expect(await ended(accountSid)).toMatchObject({ status: 'completed', duration: 42 });
    expect(paramsAt(action)).toHaveLength(1);
    await expect(leaving.phones.call(accountSid, alice, number, answering)).rejects.toMatchObject({
      name: 'CarrierUnavailable',
    });
  });
});
