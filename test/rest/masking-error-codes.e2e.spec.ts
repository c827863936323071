import { beforeAll, describe, expect, it } from '@jest/globals';
import { MaskingApi, sidOf, type Answer } from '#testing';
import { ownShortCode } from './own-short-code.js';
import { startApi, type Api } from './start-api.js';

const [alice, bob, carol] = ['+14152007986', '+14152007987', '+14152007988'] as const;
/** Numbers of the simulator that nobody can have, and who always behave in one way (docs/simulator.md). */
const [refuses, unavailable] = ['+15005550001', '+15005550050'] as const;
const nobody = (prefix: string) => prefix + '0'.repeat(32);

let api: Api;
/** With one number, in whose sessions Alice is. */
let service: MaskingApi;
let number: string;
let numberSid: string;
let reservedSid: string;
let shortCode: string;
/** Alice and, removed, Carol. */
let session: string;
/** Without anybody. */
let fresh: string;
let voice: string;
let closed: string;
let other: MaskingApi;

let count = 0;
const newNumber = (area = '415') => `+1${area}2${String(++count).padStart(6, '0')}`;
const open = (form: Record<string, string> = {}) => MaskingApi.open(api.ask, form);

beforeAll(async () => {
  api = await startApi({ MAX_POOL_NUMBERS: '2', MAX_RESERVED_NUMBERS: '1' });
  service = await open();
  number = newNumber();
  numberSid = sidOf(await service.pool(number));
  reservedSid = sidOf(await service.pool(newNumber(), { IsReserved: 'true' }));
  session = sidOf(await service.session({ UniqueName: 'taken' }));
  await service.join(session, alice);
  const gone = sidOf(await service.join(session, carol));
  await service.delete(`Sessions/${session}/Participants/${gone}`);
  fresh = await service.sessionSid();
  voice = await service.sessionSid({ Mode: 'voice-only' });
  closed = await service.sessionSid({
    Status: 'closed',
    Participants: JSON.stringify([{ Identifier: alice, ProxyIdentifierSid: reservedSid }]),
  });
  other = await open();
  shortCode = nobody('SC');
});

type Case = [
  status: number,
  code: number,
  message: RegExp | string,
  what: string,
  ask: () => Promise<Answer>,
];

const noNumber = (why: string) =>
  new RegExp(`^This Service has no compatible Proxy numbers for this Participant\\. ${why}`);
const masked = 'Failed to find a proxy number for \\+1415200XXXX\\. ';

/** A participant for a service that has these numbers. */
async function without(
  form: Record<string, string>,
  numbers: readonly string[],
  mode: string,
  identifier = alice,
) {
  const own = await open(form);
  for (const one of numbers) await own.pool(one);
  return { own, join: async () => own.join(await own.sessionSid({ Mode: mode }), identifier) };
}

async function messageTo(identifier: string): Promise<Answer> {
  const at = await service.sessionSid();
  const participant = sidOf(await service.join(at, identifier));
  return service.post(`Sessions/${at}/Participants/${participant}/MessageInteractions`, { Body: 'hi' });
}

/** What the admin API does about holds. */
async function hold(path: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const { status } = await api.ask('POST', `/admin/v1/${path}`, { headers, body: '{"Reason":"a spec"}' });
  expect([200, 201]).toContain(status);
}

const cases: Case[] = [
  [
    400,
    80101,
    'PhoneNumber has already been added to another Service',
    'a number of another pool',
    () => other.pool(number),
  ],
  [
    400,
    80103,
    'Participant has already been added to Session',
    'who is there already',
    () => service.join(session, alice),
  ],
  [
    400,
    80104,
    'PhoneNumber has already been added to Service',
    'a number of this pool',
    () => service.pool(number),
  ],
  [
    400,
    80105,
    'ShortCode has already been added to Service',
    'a short code of this pool',
    async () => {
      const sid = await ownShortCode(api, '34567');
      const own = await open();
      await own.post('ShortCodes', { Sid: sid });
      return own.post('ShortCodes', { Sid: sid });
    },
  ],
  [
    400,
    80201,
    noNumber('This Service has no available Proxy numbers having voice capabilities\\.'),
    'no number that can call',
    async () => {
      const own = await open();
      await own.post('ShortCodes', { Sid: await ownShortCode(api, '34568') });
      return own.talk(alice);
    },
  ],
  [
    400,
    80202,
    noNumber('This Service has no available Proxy numbers having sms capabilities\\.'),
    'no number that can text',
    async () => {
      const deaf = newNumber();
      const { join } = await without({}, [deaf], 'message-only');
      await api.database.admin.query('update maskline.number_use set can_text = false where number = $1', [
        deaf,
      ]);
      return join();
    },
  ],
  [
    400,
    80203,
    noNumber('This Service has no available Proxy numbers for country code JP\\.$'),
    'no number of the country',
    () => service.join(fresh, '+819012345678'),
  ],
  [
    400,
    80205,
    noNumber('This Service has no Proxy numbers configured\\.$'),
    'an empty pool',
    () => other.talk(alice),
  ],
  [
    400,
    80206,
    noNumber(`${masked}Either you have no numbers meeting your service's GeoMatchLevel`),
    'no number near',
    async () =>
      (await without({ GeoMatchLevel: 'area-code' }, [newNumber('212')], 'voice-and-message')).join(),
  ],
  [
    400,
    80207,
    noNumber('No unreserved numbers in proxy pool\\.$'),
    'only reserved numbers',
    async () => {
      const own = await open();
      await own.pool(newNumber(), { IsReserved: 'true' });
      return own.talk(alice);
    },
  ],
  [
    400,
    80208,
    noNumber(`${masked}All matching proxies for this Participant are already in use in other Sessions\\.$`),
    'only numbers that the participant uses already',
    () => service.join(fresh, alice),
  ],
  [
    400,
    80301,
    'Phone Number Sid is not associated with your Account.',
    'the SID of a number that the account does not have',
    () => service.post('PhoneNumbers', { Sid: nobody('PN') }),
  ],
  [
    400,
    80303,
    'Short Code Sid is not associated with your Account.',
    'the SID of a short code that the account does not have',
    () => service.post('ShortCodes', { Sid: shortCode }),
  ],
  [
    400,
    80304,
    'Unmanaged Proxy Identifier not found.',
    'a proxy identifier that is no number',
    () => service.join(fresh, bob, { ProxyIdentifier: 'messenger:4711' }),
  ],
  [
    404,
    80308,
    'Session with the unique name not found',
    'a name that no session has',
    () => service.get('Sessions/nobody'),
  ],
  [
    400,
    80402,
    'Invalid Identifier and Proxy Identifier pair',
    'a number and the SID of another',
    () => service.join(fresh, bob, { ProxyIdentifier: number, ProxyIdentifierSid: reservedSid }),
  ],
  [
    400,
    80404,
    'Participant identifier provided does not appear to be a valid, reachable phone number.',
    'a number that nobody can have',
    () => service.join(fresh, '+15551234567'),
  ],
  [400, 80406, 'Invalid Phone Number Did', 'a phone number that is none', () => service.pool('12345')],
  [
    400,
    80407,
    'Invalid Phone Number Sid',
    'a SID that is none',
    () => service.post('PhoneNumbers', { Sid: 'PN1' }),
  ],
  [
    500,
    80502,
    'A downstream server failed or refused to process a request.',
    'a carrier that is away',
    () => messageTo(unavailable),
  ],
  [
    400,
    80601,
    'PhoneNumber is not available. It may be bound to a number pool.',
    'a number that the account does not have',
    () => service.pool(refuses),
  ],
  [
    400,
    80602,
    'Service UniqueName must be unique.',
    'a service name that is taken',
    async () => {
      await api.ask('POST', '/v1/Services', { body: { UniqueName: 'taken' } });
      return api.ask('POST', '/v1/Services', { body: { UniqueName: 'taken' } });
    },
  ],
  [
    400,
    80603,
    'Session UniqueName must be unique',
    'a session name that is taken',
    () => service.session({ UniqueName: 'taken' }),
  ],
  [
    400,
    80604,
    'Proxy identifier already in use with requested identifier.',
    'a pair that another session has',
    () => service.join(fresh, alice, { ProxyIdentifier: number }),
  ],
  [
    400,
    80605,
    'Proxy identifier not associated with service.',
    'a number of another service',
    async () => {
      const elsewhere = newNumber();
      await other.pool(elsewhere);
      const answer = await service.join(fresh, bob, { ProxyIdentifier: elsewhere });
      await other.delete(
        `PhoneNumbers/${String(((await other.get('PhoneNumbers')).body?.['phone_numbers'] as { sid: string }[])[0]?.sid)}`,
      );
      return answer;
    },
  ],
  [
    400,
    80605,
    'Proxy identifier not associated with service.',
    'a number of the account that no service has',
    () => service.join(fresh, bob, { ProxyIdentifier: newNumber() }),
  ],
  [
    400,
    80606,
    'Proxy identifier not owned by account.',
    'a number that the account does not have, as a proxy identifier',
    () => service.join(fresh, bob, { ProxyIdentifier: refuses }),
  ],
  [
    400,
    80606,
    'Proxy identifier not owned by account.',
    'the SID of a number that the account does not have, as a proxy identifier',
    () => service.join(fresh, bob, { ProxyIdentifierSid: nobody('PN') }),
  ],
  [
    400,
    80607,
    'Session is closed and cannot be updated',
    'who comes to a closed session',
    () => service.join(closed, bob),
  ],
  [
    400,
    80607,
    'Session is closed and cannot be updated',
    'a message in a closed session',
    async () => {
      const { body } = await service.get(`Sessions/${closed}/Participants`);
      const [participant] = body?.['participants'] as { sid: string }[];
      return service.post(`Sessions/${closed}/Participants/${participant?.sid}/MessageInteractions`, {
        Body: 'hi',
      });
    },
  ],
  [
    400,
    80608,
    /^Session status change not supported\./,
    'a status that leads nowhere',
    () => service.post(`Sessions/${closed}`, { Status: 'open' }),
  ],
  [
    400,
    80609,
    'A Session may have at most 2 participants',
    'a third participant',
    async () => {
      const full = await service.sessionSid({
        Participants: JSON.stringify([{ Identifier: bob }, { Identifier: '+14152007989' }]),
      });
      const answer = await service.join(full, '+14152007990');
      await service.delete(`Sessions/${full}`);
      return answer;
    },
  ],
  [
    400,
    80611,
    'Proxy Number In Active Sessions',
    'a number that is in use',
    () => service.delete(`PhoneNumbers/${numberSid}`),
  ],
  [400, 80612, 'Duplicate Entry', 'who was removed before', () => service.join(session, carol)],
  [
    403,
    80615,
    /^Account AC[0-9a-f]{32} is on legal hold\. Cannot delete record KC[0-9a-f]{32}$/,
    'a session of an account on legal hold',
    async () => {
      await hold('LegalHold');
      const refused = await service.delete(`Sessions/${session}`);
      await hold('LegalHold/Release');
      return refused;
    },
  ],
  [
    400,
    80613,
    'A downstream service rejected a request from Proxy on your behalf.',
    'a message that the carrier refuses',
    () => messageTo(refuses),
  ],
  [
    400,
    80616,
    'The identifier is not compatible with the session mode.',
    'an address without a phone',
    () => service.join(fresh, 'messenger:4711'),
  ],
  [
    400,
    80616,
    'The identifier is not compatible with the session mode.',
    'a message in a voice-only session',
    async () => {
      const participant = sidOf(await service.join(voice, bob));
      return service.post(`Sessions/${voice}/Participants/${participant}/MessageInteractions`, {
        Body: 'hi',
      });
    },
  ],
  [
    400,
    80622,
    /./,
    'a number too many',
    async () => {
      const own = await open();
      await own.pool(newNumber());
      await own.pool(newNumber());
      return own.pool(newNumber());
    },
  ],
  [400, 80622, /./, 'a reserved number too many', () => service.pool(newNumber(), { IsReserved: 'true' })],
  [
    400,
    80701,
    /^'PhoneNumber' is invalid\. Sid or PhoneNumber is required\.$/,
    'no name of a number',
    () => service.post('PhoneNumbers'),
  ],
  [
    400,
    80701,
    /^'IsReserved' is invalid\. /,
    'a value of the wrong kind',
    () => service.post(`PhoneNumbers/${numberSid}`, { IsReserved: 'x' }),
  ],
  [400, 80701, /^'Identifier' is invalid\. /, 'nobody', () => service.post(`Sessions/${fresh}/Participants`)],
  [
    400,
    80701,
    /^'FriendlyName' is invalid\. /,
    'a name that is too long',
    () => service.join(fresh, bob, { FriendlyName: 'x'.repeat(256) }),
  ],
  [
    404,
    20404,
    /was not found$/,
    'a number that is in another pool',
    () => api.ask('GET', `${other.path}/PhoneNumbers/${numberSid}`),
  ],
  [
    404,
    20404,
    /was not found$/,
    'a short code that is in no pool',
    () => service.get(`ShortCodes/${shortCode}`),
  ],
  [
    404,
    20404,
    /was not found$/,
    'nobody of this SID',
    () => service.delete(`Sessions/${session}/Participants/${nobody('KP')}`),
  ],
  [
    404,
    20404,
    /was not found$/,
    'no interaction of this SID',
    () => service.get(`Sessions/${session}/Interactions/${nobody('KI')}`),
  ],
];

describe('every code that numbers and participants can answer', () => {
  it.each(cases)('%i/%i, in the words %s: %s', async (status, code, message, _, ask) => {
    const answer = await ask();
    expect(answer.body).toEqual({
      code,
      message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status,
    });
    expect(answer.status).toBe(status);
    // No refusal tells the digits that it is about.
    for (const digits of ['2007986', '2007987', '1234567', '2345678'])
      expect(answer.text).not.toContain(digits);
  });

  it('are all that Twilio has, but for these', () => {
    const elsewhere: Record<number, string> = {
      80102: 'no request of the API adds a participant to an interaction',
      80305: 'channels other than phones have no SIDs here',
      80306: 'chat instances are stored and shown only',
      80307: '20404: what is not there is told so',
      80401: 'no path of the API has an account in it',
      80403: '20404: a SID that cannot be is one that is not there (contract §16 Q9)',
      80405: '20404 (Q9)',
      80408: '20404 (Q9)',
      80409: '20404 (Q9)',
      80501: '20500 or 20503',
      80503: '20404',
      80504: '20500',
      80610: '20404: what is not the caller’s is not told from what is not there',
      80621: '20429 (Q8)',
      80623: 'only in a race: masking-races.e2e.spec.ts',
    };
    // Contract §10, without those that no request is answered with.
    const all = [
      80101, 80102, 80103, 80104, 80105, 80201, 80202, 80203, 80205, 80206, 80207, 80208, 80301, 80303, 80304,
      80305, 80306, 80307, 80308, 80401, 80402, 80403, 80404, 80405, 80406, 80407, 80408, 80409, 80501, 80502,
      80503, 80504, 80601, 80602, 80603, 80604, 80605, 80606, 80607, 80608, 80609, 80610, 80611, 80612, 80613,
      80615, 80616, 80621, 80622, 80623, 80701,
    ];
    const shown = cases.map(([, code]) => code).filter((code) => code !== 20404);
    const known = new Set([...shown, ...Object.keys(elsewhere).map(Number)]);
    expect([...known].toSorted()).toEqual(all);
  });
});
