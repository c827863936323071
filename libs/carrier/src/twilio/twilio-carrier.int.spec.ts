import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newSid } from '#platform';
import { openTwilio } from './open-twilio.js';
import { credentials, refuse, serveTwilio } from './spec/serve-twilio.js';
import { violationsOf } from './spec/twilio-document.js';
import { TwilioCarrier } from './twilio-carrier.js';

const accountSid = `AC${'a'.repeat(32)}`;
const sid = `PN${'1'.repeat(32)}`;
const codeSid = `SC${'2'.repeat(32)}`;
const phoneNumber = '+14155550100';
const webhooks = webhooksOf(accountSid);

let twilio: Awaited<ReturnType<typeof serveTwilio>>;
let carrier: TwilioCarrier;

beforeAll(async () => {
  twilio = await serveTwilio();
  carrier = await open(twilio.url);
});

beforeEach(() => {
  twilio.answerAll(null);
  twilio.asked.length = 0;
  twilio.messages.length = 0;
  twilio.numbers.splice(0, Infinity, {
    sid,
    phone_number: phoneNumber,
    friendly_name: 'the one',
    capabilities: { voice: true, sms: true, mms: false },
    sms_url: 'https://demo.twilio.com/welcome',
    voice_url: '',
    sms_application_sid: `AP${'3'.repeat(32)}`,
    voice_application_sid: '',
  });
  twilio.codes.splice(0, Infinity, {
    sid: codeSid,
    short_code: '12345',
    friendly_name: '12345',
    sms_url: null,
  });
});

afterEach(() => {
  expect(twilio.violations).toEqual([]);
});

async function open(baseUrl: string, patience = 5_000): Promise<TwilioCarrier> {
  const access = { ...credentials, baseUrl, patience };
  return new TwilioCarrier(await openTwilio(access), access);
}

function webhooksOf(account: string) {
  const root = `https://proxy.example.test/v1/Accounts/${account}/Proxy/KS1/Webhooks`;
  return { message: `${root}/Message`, call: `${root}/Call` };
}

const wish = (change: object = {}) => ({
  key: newSid('KI'),
  from: phoneNumber,
  to: '+12025550101',
  body: 'hello & 😀',
  mediaUrls: [] as string[],
  statusCallback: 'https://proxy.example.test/status?interaction=KI1',
  ...change,
});

const requests = () => twilio.asked.map(({ method, path }) => `${method} ${path}`);

describe('findNumber', () => {
  const found = {
    sid,
    phoneNumber,
    friendlyName: 'the one',
    isoCountry: 'US',
    capabilities: { voice: true, sms: true, mms: false, fax: false },
  };
  const code = {
    sid: codeSid,
    phoneNumber: '12345',
    friendlyName: '12345',
    isoCountry: 'US',
    capabilities: { voice: false, sms: true, mms: true, fax: false },
  };

  it.each([
    [{ sid }, found],
    [{ phoneNumber }, found],
    [{ sid: codeSid }, code],
    [{ phoneNumber: '12345' }, code],
    [{ sid: `PN${'9'.repeat(32)}` }, null],
    [{ sid: `SC${'9'.repeat(32)}` }, null],
    [{ phoneNumber: '+14155550199' }, null],
    [{ phoneNumber: '54321' }, null],
    // A part of a number that is there.
    [{ phoneNumber: '+1415555' }, null],
  ])('by %j', async (name, expected) => {
    expect(await carrier.findNumber(accountSid, name)).toEqual(expected);
    expect(twilio.asked).toHaveLength(1);
  });
});

describe('connectNumber', () => {
  it('has messages and calls reported here, whatever application was set', async () => {
    await carrier.connectNumber(accountSid, sid, webhooks);
    expect(twilio.numbers[0]).toMatchObject({
      sms_url: webhooks.message,
      sms_method: 'POST',
      sms_application_sid: '',
      voice_url: webhooks.call,
      voice_method: 'POST',
      voice_application_sid: '',
    });
    await carrier.connectNumber(accountSid, sid, webhooks);
    expect(twilio.numbers[0]).toMatchObject({ sms_url: webhooks.message });
  });

  it('has the messages of a short code reported here', async () => {
    await carrier.connectNumber(accountSid, codeSid, webhooks);
    expect(twilio.codes[0]).toMatchObject({ sms_url: webhooks.message, sms_method: 'POST' });
    expect(twilio.codes[0]).not.toHaveProperty('voice_url');
  });

  it('is refused for what another account has connected, until that lets go of it', async () => {
    const other = `AC${'b'.repeat(32)}`;
    await carrier.connectNumber(other, sid, webhooksOf(other));
    await expect(carrier.connectNumber(accountSid, sid, webhooks)).rejects.toMatchObject({
      name: 'CarrierRefused',
      code: 20403,
    });
    await carrier.disconnectNumber(accountSid, sid);
    expect(twilio.numbers[0]).toMatchObject({ sms_url: webhooksOf(other).message });

    await carrier.disconnectNumber(other, sid);
    expect(twilio.numbers[0]).toMatchObject({ sms_url: '', voice_url: '' });
    await carrier.connectNumber(accountSid, sid, webhooks);
    expect(twilio.numbers[0]).toMatchObject({ voice_url: webhooks.call });
  });

  it('is refused for a number that is not there', async () => {
    await expect(carrier.connectNumber(accountSid, `PN${'9'.repeat(32)}`, webhooks)).rejects.toMatchObject({
      name: 'CarrierRefused',
      code: 20404,
    });
  });
});

describe('disconnectNumber', () => {
  it('leaves alone what points elsewhere, and what is gone', async () => {
    await carrier.disconnectNumber(accountSid, sid);
    expect(twilio.numbers[0]).toMatchObject({ sms_url: 'https://demo.twilio.com/welcome' });
    await carrier.disconnectNumber(accountSid, `PN${'9'.repeat(32)}`);
    expect(requests().filter((request) => request.startsWith('POST'))).toEqual([]);
  });
});

describe('sendMessage', () => {
  it('sends what is asked for', async () => {
    const sent = await carrier.sendMessage(
      accountSid,
      wish({ mediaUrls: ['https://a.test/1', 'https://a.test/2'] }),
    );

    expect(sent).toEqual({
      sid: `SM${'0'.repeat(32)}`,
      status: 'queued',
      url: `${twilio.url}/2010-04-01/Accounts/${credentials.accountSid}/Messages/SM${'0'.repeat(32)}.json`,
    });
    expect([...(twilio.asked[0]?.form ?? [])].sort()).toEqual([
      ['Body', 'hello & 😀'],
      ['From', phoneNumber],
      ['MediaUrl', 'https://a.test/1'],
      ['MediaUrl', 'https://a.test/2'],
      ['StatusCallback', 'https://proxy.example.test/status?interaction=KI1'],
      ['To', '+12025550101'],
    ]);
  });

  it('leaves out a text that is not there', async () => {
    await carrier.sendMessage(accountSid, wish({ body: '', mediaUrls: ['https://a.test/1'] }));
    expect(twilio.asked[0]?.form.has('Body')).toBe(false);
  });

  it.each([
    [400, 21211, { name: 'CarrierRefused', code: 21211 }],
    [400, 21610, { name: 'CarrierRefused', code: 21610 }],
    [403, 20403, { name: 'CarrierRefused', code: 20403 }],
    [404, 20404, { name: 'CarrierRefused', code: 20404 }],
    [401, 20003, { name: 'CarrierUnavailable', retryAfter: null }],
    [429, 20429, { name: 'CarrierUnavailable', retryAfter: 7_000 }],
    [503, 20503, { name: 'CarrierUncertain' }],
    [500, 20500, { name: 'CarrierUncertain' }],
    [502, 0, { name: 'CarrierUncertain' }],
    [504, 0, { name: 'CarrierUncertain' }],
  ])('says of a %d with %d what it means, and names no number', async (status, code, expected) => {
    twilio.answerAll((_, response) => {
      refuse(response, status, code, { 'Retry-After': '7' });
    });
    const error: unknown = await carrier.sendMessage(accountSid, wish()).catch((reason: unknown) => reason);
    expect(error).toMatchObject(expected);
    expect(String(error)).not.toMatch(/\d{7}/);
    expect(twilio.asked).toHaveLength(1);
  });

  it('is uncertain after an answer that is not Twilio’s', async () => {
    twilio.answerAll((_, response) => response.writeHead(500).end('<html>'));
    await expect(carrier.sendMessage(accountSid, wish())).rejects.toMatchObject({ name: 'CarrierUncertain' });
  });

  it('is uncertain when the connection is cut, or nobody answers in time', async () => {
    twilio.answerAll((_, response) => response.destroy());
    await expect(carrier.sendMessage(accountSid, wish())).rejects.toMatchObject({ name: 'CarrierUncertain' });
    twilio.answerAll(() => undefined);
    const hasty = await open(twilio.url, 100);
    await expect(hasty.sendMessage(accountSid, wish())).rejects.toMatchObject({ name: 'CarrierUncertain' });
    expect(twilio.asked).toHaveLength(2);
  });

  it.each(['http://127.0.0.1:1', 'http://nowhere.invalid.example.test'])(
    'was certainly not sent to %s',
    async (url) => {
      const lost = await open(url);
      await expect(lost.sendMessage(accountSid, wish())).rejects.toMatchObject({
        name: 'CarrierUnavailable',
      });
    },
  );
});

describe('a question that can be asked again', () => {
  it.each([
    [
      'a status 500',
      (response: { destroy(): void }) => {
        refuse(response as Parameters<typeof refuse>[0], 500, 20500);
      },
    ],
    [
      'a cut connection',
      (response: { destroy(): void }) => {
        response.destroy();
      },
    ],
  ])('is worth it after %s', async (_, fail) => {
    twilio.answerAll((_asked, response) => {
      fail(response);
    });
    const unavailable = { name: 'CarrierUnavailable' };
    await expect(carrier.findNumber(accountSid, { sid })).rejects.toMatchObject(unavailable);
    await expect(carrier.connectNumber(accountSid, sid, webhooks)).rejects.toMatchObject(unavailable);
    await expect(carrier.disconnectNumber(accountSid, sid)).rejects.toMatchObject(unavailable);
    const lost = { ...wish(), receivedAt: new Date().toISOString() };
    await expect(carrier.findMessage(accountSid, lost)).rejects.toMatchObject(unavailable);
  });
});

describe('findMessage', () => {
  const now = () => new Date().toISOString();

  it('finds what was sent, by its numbers, its time and its text', async () => {
    const receivedAt = now();
    const sent = await carrier.sendMessage(accountSid, wish());
    await carrier.sendMessage(accountSid, wish({ body: 'another' }));
    await carrier.sendMessage(accountSid, wish({ to: '+12025550102' }));
    expect(await carrier.findMessage(accountSid, { ...wish(), receivedAt })).toEqual(sent);
  });

  it('finds nothing when only an older one has the text, or another receiver', async () => {
    await carrier.sendMessage(accountSid, wish());
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await carrier.findMessage(accountSid, { ...wish(), receivedAt: later })).toBeNull();
    const elsewhere = { ...wish({ to: '+12025550102' }), receivedAt: now() };
    expect(await carrier.findMessage(accountSid, elsewhere)).toBeNull();
  });

  it('cannot tell two equal ones apart', async () => {
    const receivedAt = now();
    await carrier.sendMessage(accountSid, wish());
    await carrier.sendMessage(accountSid, wish());
    expect(await carrier.findMessage(accountSid, { ...wish(), receivedAt })).toBe('unknown');
  });

  it('cannot tell what lies behind a hundred newer ones', async () => {
    const receivedAt = now();
    for (let i = 0; i < 99; i++) await carrier.sendMessage(accountSid, wish({ body: String(i) }));
    expect(await carrier.findMessage(accountSid, { ...wish(), receivedAt })).toBeNull();
    await carrier.sendMessage(accountSid, wish({ body: '99' }));
    expect(await carrier.findMessage(accountSid, { ...wish(), receivedAt })).toBe('unknown');
  });
});

describe('webhookToken', () => {
  it("is the account's auth token, with which Twilio signs", async () => {
    expect(await carrier.webhookToken()).toBe(credentials.authToken);
  });
});

describe("the check against Twilio's document", () => {
  const root = `/2010-04-01/Accounts/${credentials.accountSid}`;
  const request = (method: string, path: string, form = '', query = '') =>
    violationsOf({ method, path, form: new URLSearchParams(form), query: new URLSearchParams(query) });

  it.each([
    ['GET', '/2010-04-01/Nothing.json', ''],
    ['DELETE', `${root}/Messages.json`, ''],
    ['GET', '/2010-04-01/Accounts/AC1/Messages.json', ''],
    ['POST', `${root}/Messages.json`, 'To=%2B1&Text=x'],
    ['POST', `${root}/Messages.json`, 'Body=x'],
    ['POST', `${root}/IncomingPhoneNumbers/${sid}.json`, 'SmsMethod=post'],
    ['POST', `${root}/IncomingPhoneNumbers/${sid}.json`, 'SmsUrl=nowhere'],
    ['POST', `${root}/IncomingPhoneNumbers/${sid}.json`, 'SmsApplicationSid=AP1'],
  ])('finds fault with %s %s %s', (method, path, form) => {
    expect(request(method, path, form)).toHaveLength(1);
  });

  it('finds fault with a query that is not declared', () => {
    expect(request('GET', `${root}/Messages.json`, '', 'Sender=x')).toHaveLength(1);
    expect(request('GET', `${root}/Messages.json`, '', 'From=x&PageSize=20')).toEqual([]);
  });
});
