import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { OutboundHttp } from '#platform';
import { cleanUp, webhookReceiver, type ReceivedCall } from '#testing';
import { Callbacks, type Callback } from './callbacks.js';

const authToken = '12345678901234567890123456789012';
const accountSid = `AC${'1'.repeat(32)}`;

/** The account has a token, no other has. */
const credentials = { authTokenOf: (sid: string) => Promise.resolve(sid === accountSid ? authToken : null) };

const http = new OutboundHttp('loopback');
cleanUp(() => http.close());
const callbacks = new Callbacks(http, credentials, 'open');
const strict = new Callbacks(http, credentials, 'closed');

const callback = (url: string, form: Callback['form'] = [['interactionSid', 'KI1']]): Callback => ({
  accountSid,
  url,
  form,
  idempotencyToken: 'a-token',
});

const answers = (status: number, body = '', headers: Record<string, string> = {}) =>
  webhookReceiver((response) => response.writeHead(status, headers).end(body));

/** As a customer's framework would check it, with Twilio's own library. */
function isSigned({ url }: { url: string }, { path, headers, body }: ReceivedCall): boolean {
  const params: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const known = params[name];
    params[name] = known === undefined ? value : [known, value].flat();
  }
  const signature = headers['x-twilio-signature'];
  return (
    typeof signature === 'string' && twilio.validateRequest(authToken, signature, `${url}${path}`, params)
  );
}

describe('inform', () => {
  it('sends a signed form with an idempotency token', async () => {
    const receiver = await answers(204);
    const outcome = await callbacks.inform(
      callback(`${receiver.url}/hooks/proxy?x=1`, [
        ['interactionSid', 'KI1'],
        ['interactionData', '{"body":"Grüße & Küsse = +1 😀\\n"}'],
        ['outboundResourceUrl', ''],
      ]),
    );
    expect(outcome).toMatchObject({ kind: 'answered', status: 204 });
    const [received] = receiver.calls;
    expect(received).toMatchObject({
      method: 'POST',
      path: '/hooks/proxy?x=1',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'i-twilio-idempotency-token': 'a-token',
      },
    });
    expect(Object.fromEntries(new URLSearchParams(received?.body))).toEqual({
      interactionSid: 'KI1',
      interactionData: '{"body":"Grüße & Küsse = +1 😀\\n"}',
      outboundResourceUrl: '',
    });
  });

  it.each([
    ['', []],
    ['/', [['a', '1']]],
    ['/a%20b/ü?q=%C3%BC&r=a b#ct=2000&rc=2', [['a', '1']]],
    ['/?', [['a', '1']]],
    [
      '/same',
      [
        ['a', '2'],
        ['a', '1'],
        ['a', '2'],
        ['B', 'x\r\ny'],
      ],
    ],
  ] as const)('signs what %j gets so that Twilio’s library accepts it', async (path, form) => {
    const receiver = await answers(200);
    await callbacks.inform(callback(`${receiver.url}${path}`, form));
    expect(receiver.calls.map((received) => isSigned(receiver, received))).toEqual([true]);
  });

  it('leaves user-info and fragment out of the signature and of the request', async () => {
    const receiver = await answers(200);
    await callbacks.inform(callback(`${receiver.url.replace('//', '//user:pass@')}/a#rc=0`));
    const [received] = receiver.calls;
    expect(received).toMatchObject({ path: '/a', headers: { authorization: `Basic ${btoa('user:pass')}` } });
    expect(received !== undefined && isSigned(receiver, received)).toBe(true);
  });

  it('has the same signature and token when it is sent again', async () => {
    const statuses = [500, 200];
    const receiver = await webhookReceiver((response) => response.writeHead(statuses.shift() ?? 200).end());
    await callbacks.inform(callback(`${receiver.url}/#rp=5xx`));
    expect(receiver.calls).toHaveLength(2);
    expect(receiver.calls[1]).toEqual(receiver.calls[0]);
  });

  it('is a value too when nobody answers', async () => {
    expect(await callbacks.inform(callback('http://nowhere.invalid/'))).toEqual({
      kind: 'failed',
      reason: 'unknown-host',
    });
    expect(await callbacks.inform(callback('http://10.0.0.1/'))).toEqual({
      kind: 'failed',
      reason: 'refused-address',
    });
  });

  it('does not sign for an account that is not there', async () => {
    const receiver = await answers(200);
    const unknown = { ...callback(receiver.url), accountSid: `AC${'2'.repeat(32)}` };
    await expect(callbacks.inform(unknown)).rejects.toThrow('an account without an auth token');
    expect(receiver.calls).toEqual([]);
  });
});

describe('intercept', () => {
  it.each([
    [200, true, true, null],
    [204, true, true, null],
    [403, false, false, null],
    [302, true, false, 'status 302'],
    [404, true, false, 'status 404'],
    [500, true, false, 'status 500'],
  ])('on %d allows %p when open and %p when closed', async (status, open, closed, failure) => {
    const receiver = await answers(status, 'whatever');
    expect(await callbacks.intercept(callback(receiver.url))).toEqual({ isAllowed: open, failure });
    expect(await strict.intercept(callback(receiver.url))).toEqual({ isAllowed: closed, failure });
  });

  it('takes no answer for a failure', async () => {
    const url = 'http://127.0.0.1:1/';
    expect(await callbacks.intercept(callback(url))).toEqual({ isAllowed: true, failure: 'unreachable' });
    expect(await strict.intercept(callback(url))).toEqual({ isAllowed: false, failure: 'unreachable' });
  });

  it('says no by a 403 that never ends', async () => {
    const receiver = await webhookReceiver((response) => response.writeHead(403).write('x'));
    expect(await callbacks.intercept(callback(receiver.url))).toEqual({ isAllowed: false, failure: null });
  });

  it('waits five seconds, whatever the URL asks for', async () => {
    const receiver = await webhookReceiver(() => undefined);
    const start = performance.now();
    const verdict = await callbacks.intercept(callback(`${receiver.url}/#rt=15000&tt=15000&rc=5&rp=all`));
    expect(verdict).toEqual({ isAllowed: true, failure: 'total-timeout' });
    const seconds = (performance.now() - start) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(4.9);
    expect(seconds).toBeLessThan(10);
  });
});

describe('askOutOfSession', () => {
  it('brings back TwiML', async () => {
    const receiver = await answers(200, '<Response><Reject/></Response>', { 'content-type': 'text/xml' });
    expect(await callbacks.askOutOfSession(callback(receiver.url))).toEqual({
      kind: 'twiml',
      xml: '<Response><Reject/></Response>',
    });
  });

  it('brings back the wish for a session', async () => {
    const receiver = await answers(200, '{"participantIdentifier":"+15005550002","ttl":60}', {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(await callbacks.askOutOfSession(callback(receiver.url))).toMatchObject({
      kind: 'auto-create',
      wish: { participantIdentifier: '+15005550002', ttl: 60 },
    });
  });

  it.each([
    [500, '', 'status 500'],
    [200, 'x'.repeat(65_537), 'too-large'],
  ])('has failed with status %d and %p', async (status, body, why) => {
    const receiver = await answers(status, body, { 'content-type': 'text/xml' });
    expect(await callbacks.askOutOfSession(callback(receiver.url))).toEqual({ kind: 'failed', why });
  });
});
