import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { AccountEvent, PhoneNumberEvent, ServiceEvent, SessionEvent, ShortCodeEvent } from '#domain';
import { canonicalJson } from './canonical-json.js';

import { currentSchemaVersion, upcast, upcasters } from './upcasters.js';

// What is in a log stays there, so the shape of an event never changes once it is released: a new shape is a new version with an
// upcaster, a fixture of its own and a line below, and the old ones stay as they are.

type AnyEvent = AccountEvent | ServiceEvent | PhoneNumberEvent | ShortCodeEvent | SessionEvent;

/** An event of each type with every field, as today's code makes it: a type that is missing or has another shape does not compile. */
const today: { readonly [Type in AnyEvent['type']]: Required<Extract<AnyEvent, { type: Type }>['data']> } = {
  AccountCreated: { friendlyName: 'Rides' },
  AccountTokenChanged: {},
  SecondaryAuthTokenCreated: {},
  AuthTokenPromoted: {},
  SecondaryAuthTokenDeleted: {},
  ApiKeyCreated: {
    keySid: 'SK0123456789abcdef0123456789abcdef',
    friendlyName: 'back end',
    role: 'operator',
  },
  ApiKeyRevoked: { keySid: 'SK0123456789abcdef0123456789abcdef' },
  AccountHoldPlaced: { reason: 'a case before the court' },
  AccountHoldReleased: { reason: 'the case is closed' },
  ServiceCreated: {
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    uniqueName: 'rides',
    defaultTtl: 3600,
    callbackUrl: 'https://example.com/callback',
    interceptCallbackUrl: 'https://example.com/intercept',
    outOfSessionCallbackUrl: 'https://example.com/out',
    geoMatchLevel: 'area-code',
    numberSelectionBehavior: 'prefer-sticky',
    chatInstanceSid: 'IS0123456789abcdef0123456789abcdef',
  },
  ServiceUpdated: {
    uniqueName: 'rides',
    defaultTtl: 3600,
    callbackUrl: 'https://example.com/callback',
    interceptCallbackUrl: 'https://example.com/intercept',
    outOfSessionCallbackUrl: 'https://example.com/out',
    geoMatchLevel: 'area-code',
    numberSelectionBehavior: 'prefer-sticky',
    chatInstanceSid: 'IS0123456789abcdef0123456789abcdef',
  },
  StopWordsChanged: { respected: false },
  ServiceDeleted: {},
  SessionCreated: {
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    serviceSid: 'KS0123456789abcdef0123456789abcdef',
    uniqueName: 'order 1',
    mode: 'voice-and-message',
    ttl: 3600,
    dateExpiry: '2026-01-02T03:04:05.006Z',
  },
  SessionStarted: {},
  SessionTtlChanged: { ttl: 60 },
  SessionExpiryChanged: { dateExpiry: '2026-01-02T03:04:05.006Z' },
  SessionClosed: { reason: 'api' },
  SessionExpired: { reason: 'ttl-expired', at: '2026-01-02T03:04:05.006Z' },
  SessionReopened: { dateExpiry: null },
  SessionDeleted: {},
  ParticipantAdded: {
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    serviceSid: 'KS0123456789abcdef0123456789abcdef',
    participantSid: 'KP0123456789abcdef0123456789abcdef',
    identifier: '+15005550001',
    friendlyName: 'Alice',
    proxyIdentifier: '+15005550010',
    proxyIdentifierSid: 'PN0123456789abcdef0123456789abcdef',
  },
  ParticipantRemoved: { participantSid: 'KP0123456789abcdef0123456789abcdef' },
  InteractionStarted: {
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    serviceSid: 'KS0123456789abcdef0123456789abcdef',
    interactionSid: 'KI0123456789abcdef0123456789abcdef',
    type: 'message',
    inbound: {
      participantSid: 'KP0123456789abcdef0123456789abcdef',
      resourceSid: 'SM0123456789abcdef0123456789abcdef',
      resourceUrl: null,
    },
    outboundParticipantSid: 'KP00000000000000000000000000000002',
    body: 'I am outside',
    mediaUrls: ['https://example.com/door.jpg'],
  },
  ForwardAttempted: { interactionSid: 'KI0123456789abcdef0123456789abcdef', attempt: 1 },
  InteractionLegStatusChanged: {
    interactionSid: 'KI0123456789abcdef0123456789abcdef',
    leg: 'outbound',
    status: 'sent',
    resourceSid: 'SM00000000000000000000000000000002',
    resourceUrl: null,
  },
  InteractionBlocked: { interactionSid: 'KI0123456789abcdef0123456789abcdef' },
  InteractionCompleted: { interactionSid: 'KI0123456789abcdef0123456789abcdef', duration: 5 },
  IdentifiersRevealed: { reason: 'the rider left a bag in the car' },
  InteractionDeleted: { interactionSid: 'KI0123456789abcdef0123456789abcdef' },
  SessionHoldPlaced: { reason: 'a case before the court' },
  SessionHoldReleased: { reason: 'the case is closed' },
  PhoneNumberAdded: {
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    serviceSid: 'KS0123456789abcdef0123456789abcdef',
    number: '+15005550010',
    friendlyName: '(500) 555-0010',
    isoCountry: 'US',
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    isReserved: false,
  },
  PhoneNumberUpdated: { isReserved: true },
  PhoneNumberRemoved: {},
  ShortCodeAdded: {
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    serviceSid: 'KS0123456789abcdef0123456789abcdef',
    number: '12345',
    friendlyName: '12345',
    isoCountry: 'US',
    capabilities: { voice: false, sms: true, mms: false, fax: false },
    isReserved: false,
  },
  ShortCodeUpdated: { isReserved: true },
  ShortCodeRemoved: {},
};

/** The digest of every fixture that was ever released. Lines are added, never changed. */
const released: Readonly<Record<string, string>> = {
  'AccountCreated.v1': '4fa495c771559360',
  'AccountTokenChanged.v1': '2cb6c893cf904a3b',
  'SecondaryAuthTokenCreated.v1': 'e5b03207b7aca00a',
  'AuthTokenPromoted.v1': 'd789dc0553a6efb5',
  'SecondaryAuthTokenDeleted.v1': 'b9ab129ee3f96fc0',
  'ApiKeyCreated.v1': '63e2ea8fe471e329',
  'ApiKeyCreated.v2': '383c648db605b7c0',
  'ApiKeyRevoked.v1': '520b14080c29b59d',
  'AccountHoldPlaced.v1': '0ab221a0ea8fdf09',
  'AccountHoldReleased.v1': '8c0f0b418a7cded0',
  'ServiceCreated.v1': 'd76de326e42f61f5',
  'ServiceUpdated.v1': 'e7c7f5c6f3760896',
  'ServiceDeleted.v1': '9d6427cb1b8dca7f',
  'StopWordsChanged.v1': '5d1dfb2bd545c4ee',
  'SessionCreated.v1': '1b4c2b267f4273d5',
  'SessionStarted.v1': 'ed26987bac442bff',
  'SessionTtlChanged.v1': 'e7da34320456f255',
  'SessionExpiryChanged.v1': 'dd733ac898721542',
  'SessionClosed.v1': '74fd76dcd62ca46f',
  'SessionExpired.v1': 'ae1e4f0cdc75d1ae',
  'SessionReopened.v1': '001da8f2247e49cd',
  'SessionDeleted.v1': 'f28be726b7935279',
  'ParticipantAdded.v1': '24d8194f427d7250',
  'ParticipantRemoved.v1': 'ed02640368476808',
  'InteractionStarted.v1': 'eee1b01d9fda318e',
  'ForwardAttempted.v1': '734a90e4e42a95c2',
  'InteractionLegStatusChanged.v1': '10fb0d88b684ccc8',
  'InteractionBlocked.v1': '0506e2c26f8ffbab',
  'InteractionCompleted.v1': 'ab711146bffe5476',
  'IdentifiersRevealed.v1': '7650d11204613c9f',
  'InteractionDeleted.v1': 'b87b04bf05197f63',
  'SessionHoldPlaced.v1': '226b4c79ab29f649',
  'SessionHoldReleased.v1': 'd75f6c5f2c7c5ddb',
  'PhoneNumberAdded.v1': '343d2af9e439134a',
  'PhoneNumberUpdated.v1': 'f16b694e3a9485ac',
  'PhoneNumberRemoved.v1': 'f379a81e3c7bd608',
  'ShortCodeAdded.v1': '91ae0e91a5ff8bb4',
  'ShortCodeUpdated.v1': '2740f020dfe822b1',
  'ShortCodeRemoved.v1': 'eb5f96fe51300d51',
};

interface Fixture {
  readonly type: AnyEvent['type'];
  readonly schemaVersion: number;
  readonly data: object;
}

const folder = new URL('./released-events/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

function fixture(name: string): Fixture {
  // Held against its digest and its name.
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Fixture;
}

describe('released events', () => {
  it('have a fixture of every version, and every fixture is of a version', () => {
    const versions = Object.keys(today).flatMap((type) =>
      Array.from({ length: currentSchemaVersion(upcasters, type) }, (_, i) => `${type}.v${i + 1}`),
    );
    expect(names.sort()).toEqual(versions.sort());
    expect(Object.keys(released).sort()).toEqual(versions.sort());
  });

  it.each(names)('%s is what it was when it was released', (name) => {
    const { type, schemaVersion, data } = fixture(name);
    expect(`${type}.v${schemaVersion}`).toBe(name);
    const digest = createHash('sha256').update(canonicalJson({ type, schemaVersion, data })).digest('hex');
    expect(digest.slice(0, 16)).toBe(released[name]);
  });

  it.each(names)('%s is lifted to the shape that the code knows today', (name) => {
    const { type, schemaVersion, data } = fixture(name);
    expect(upcast(upcasters, type, schemaVersion, data)).toEqual(today[type]);
  });
});
