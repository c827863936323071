import { describe, expect, it } from '@jest/globals';
import type { SessionRow } from '#read-model';
import { outOfSessionCallback, type CalledParticipant } from './out-of-session-callback.js';

const session: SessionRow = {
  sid: `KC${'3'.repeat(32)}`,
  account_sid: `AC${'1'.repeat(32)}`,
  service_sid: `KS${'2'.repeat(32)}`,
  unique_name: 'order-1',
  status: 'closed',
  closed_reason: 'api',
  mode: 'voice-and-message',
  ttl: 3600,
  date_started: '2026-01-02T03:06:00.000Z',
  date_ended: '2026-01-02T04:00:00.000Z',
  date_last_interaction: '2026-01-02T03:30:00.500Z',
  date_expiry: null,
  date_reopened: null,
  expires_at: null,
  version: 7,
  date_created: '2026-01-02T03:05:00.000Z',
  date_updated: '2026-01-02T04:00:00.000Z',
};

const alice: CalledParticipant = {
  sid: `KP${'4'.repeat(32)}`,
  session_sid: session.sid,
  service_sid: session.service_sid,
  account_sid: session.account_sid,
  friendly_name: 'Alice',
  identifier: '+15005550001',
  proxy_identifier: '+15005550011',
  proxy_identifier_sid: `PN${'7'.repeat(32)}`,
  date_created: '2026-01-02T03:05:01.000Z',
  date_updated: '2026-01-02T03:05:02.000Z',
};
const bob: CalledParticipant = {
  ...alice,
  sid: `KP${'5'.repeat(32)}`,
  friendly_name: null,
  identifier: '+15005550002',
  proxy_identifier: '+15005550012',
  proxy_identifier_sid: `PN${'8'.repeat(32)}`,
};

const carrier = [
  ['MessageSid', `SM${'a'.repeat(32)}`],
  ['From', '+15005550001'],
  ['To', '+15005550011'],
  ['Body', 'Still there?'],
  ['MediaUrl0', 'https://a.test/1'],
  ['AddOns', ''],
] as const;

describe('outOfSessionCallback', () => {
  it('passes the parameters of the carrier through, as they came and in their order', () => {
    expect(outOfSessionCallback(carrier, null)).toEqual(carrier);
  });

  it('adds the earlier session and both of its participants', () => {
    const form = outOfSessionCallback(carrier, { session, inbound: alice, outbound: bob });
    expect(Object.fromEntries(form)).toStrictEqual({
      ...Object.fromEntries(carrier),
      sessionSid: `KC${'3'.repeat(32)}`,
      sessionAccountSid: `AC${'1'.repeat(32)}`,
      sessionServiceSid: `KS${'2'.repeat(32)}`,
      sessionUniqueName: 'order-1',
      sessionStatus: 'closed',
      sessionClosedReason: 'api',
      sessionMode: 'voice-and-message',
      sessionDateCreated: '2026-01-02T03:05:00Z',
      sessionDateUpdated: '2026-01-02T04:00:00Z',
      sessionDateStarted: '2026-01-02T03:06:00Z',
      sessionDateEnded: '2026-01-02T04:00:00Z',
      sessionDateLastInteraction: '2026-01-02T03:30:00Z',
      ttl: '3600',
      inboundParticipantSid: `KP${'4'.repeat(32)}`,
      inboundParticipantAccountSid: `AC${'1'.repeat(32)}`,
      inboundParticipantServiceSid: `KS${'2'.repeat(32)}`,
      inboundParticipantSessionSid: `KC${'3'.repeat(32)}`,
      inboundParticipantFriendlyName: 'Alice',
      inboundParticipantIdentifier: '+15005550001',
      inboundParticipantProxyIdentifier: '+15005550011',
      inboundParticipantProxyIdentifierSid: `PN${'7'.repeat(32)}`,
      inboundParticipantDateCreated: '2026-01-02T03:05:01Z',
      inboundParticipantDateUpdated: '2026-01-02T03:05:02Z',
      outboundParticipantSid: `KP${'5'.repeat(32)}`,
      outboundParticipantAccountSid: `AC${'1'.repeat(32)}`,
      outboundParticipantServiceSid: `KS${'2'.repeat(32)}`,
      outboundParticipantSessionSid: `KC${'3'.repeat(32)}`,
      outboundParticipantFriendlyName: '',
      outboundParticipantIdentifier: '+15005550002',
      outboundParticipantProxyIdentifier: '+15005550012',
      outboundParticipantProxyIdentifierSid: `PN${'8'.repeat(32)}`,
      outboundParticipantDateCreated: '2026-01-02T03:05:01Z',
      outboundParticipantDateUpdated: '2026-01-02T03:05:02Z',
    });
  });

  it('has empty fields where the session has nothing, and none of a partner who never was', () => {
    const bare = {
      ...session,
      unique_name: null,
      closed_reason: null,
      date_started: null,
      date_last_interaction: null,
    };
    const form = Object.fromEntries(
      outOfSessionCallback([], { session: bare, inbound: alice, outbound: null }),
    );
    expect(form).toMatchObject({
      sessionUniqueName: '',
      sessionClosedReason: '',
      sessionDateStarted: '',
      sessionDateLastInteraction: '',
    });
    expect(Object.keys(form).filter((name) => name.startsWith('outbound'))).toEqual([]);
  });
});
