import { describe, expect, it } from '@jest/globals';
import { interactionCallback, interceptCallback, type CalledInteraction } from './interaction-callback.js';

const call: CalledInteraction = {
  sid: `KI${'6'.repeat(32)}`,
  session_sid: `KC${'3'.repeat(32)}`,
  service_sid: `KS${'2'.repeat(32)}`,
  account_sid: `AC${'1'.repeat(32)}`,
  type: 'voice',
  data: '{"duration":"5"}',
  media_urls: [],
  inbound_participant_sid: `KP${'4'.repeat(32)}`,
  inbound_resource_sid: `CA${'a'.repeat(32)}`,
  inbound_resource_status: 'completed',
  inbound_resource_type: 'Call',
  inbound_resource_url: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/CA1.json',
  outbound_participant_sid: `KP${'5'.repeat(32)}`,
  outbound_resource_sid: `CA${'b'.repeat(32)}`,
  outbound_resource_status: 'completed',
  outbound_resource_type: 'Call',
  outbound_resource_url: null,
  date_created: '2026-01-02T03:05:00.123Z',
  date_updated: '2026-01-02T03:05:09.987Z',
};

const noOutbound = {
  outbound_participant_sid: null,
  outbound_resource_sid: null,
  outbound_resource_status: null,
  outbound_resource_type: null,
  outbound_resource_url: null,
};

const inboundOfCall = {
  interactionSid: `KI${'6'.repeat(32)}`,
  interactionSessionSid: `KC${'3'.repeat(32)}`,
  interactionServiceSid: `KS${'2'.repeat(32)}`,
  interactionAccountSid: `AC${'1'.repeat(32)}`,
  interactionType: 'Voice',
  interactionData: '{"duration":"5"}',
  interactionDateCreated: '2026-01-02T03:05:00Z',
  interactionDateUpdated: '2026-01-02T03:05:09Z',
  inboundParticipantSid: `KP${'4'.repeat(32)}`,
  inboundResourceSid: `CA${'a'.repeat(32)}`,
  inboundResourceType: 'call',
  inboundResourceStatus: 'completed',
  inboundResourceUrl: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/CA1.json',
};

describe('interactionCallback', () => {
  it('tells of a call with both legs', () => {
    expect(Object.fromEntries(interactionCallback(call))).toStrictEqual({
      ...inboundOfCall,
      outboundParticipantSid: `KP${'5'.repeat(32)}`,
      outboundResourceSid: `CA${'b'.repeat(32)}`,
      outboundResourceType: 'call',
      outboundResourceStatus: 'completed',
      outboundResourceUrl: '',
    });
  });

  it('has no outbound field while there is no outbound leg, though it is known whose it will be', () => {
    const ringing = { ...call, ...noOutbound, outbound_participant_sid: `KP${'5'.repeat(32)}`, data: null };
    expect(Object.fromEntries(interactionCallback(ringing))).toStrictEqual({
      ...inboundOfCall,
      interactionData: '',
    });
  });

  it('tells of an outbound leg that was never made', () => {
    const blocked = { ...call, ...noOutbound, outbound_resource_status: 'canceled' };
    expect(Object.fromEntries(interactionCallback(blocked))).toMatchObject({
      outboundParticipantSid: '',
      outboundResourceSid: '',
      outboundResourceType: '',
      outboundResourceStatus: 'canceled',
      outboundResourceUrl: '',
    });
  });

  it('tells of a message to one participant with empty inbound fields', () => {
    const message: CalledInteraction = {
      ...call,
      type: 'message',
      data: '{"body":"hi"}',
      inbound_participant_sid: null,
      inbound_resource_sid: null,
      inbound_resource_status: null,
      inbound_resource_type: null,
      inbound_resource_url: null,
      outbound_resource_sid: `SM${'b'.repeat(32)}`,
      outbound_resource_status: 'sent',
      outbound_resource_type: 'Message',
    };
    expect(Object.fromEntries(interactionCallback(message))).toMatchObject({
      interactionType: 'Message',
      interactionData: '{"body":"hi"}',
      inboundParticipantSid: '',
      inboundResourceSid: '',
      inboundResourceType: '',
      inboundResourceStatus: '',
      inboundResourceUrl: '',
      outboundResourceType: 'message',
      outboundResourceStatus: 'sent',
    });
  });

  it('counts media from 0', () => {
    const picture = { ...call, media_urls: ['https://a.test/1', 'https://a.test/2'] };
    expect(Object.fromEntries(interactionCallback(picture))).toMatchObject({
      interactionMediaUrl0: 'https://a.test/1',
      interactionMediaUrl1: 'https://a.test/2',
    });
  });
});

describe('interceptCallback', () => {
  it('says nothing of an outbound leg', () => {
    expect(Object.fromEntries(interceptCallback(call))).toStrictEqual(inboundOfCall);
  });

  it('names the media', () => {
    const picture = { ...call, media_urls: ['https://a.test/1'] };
    expect(Object.fromEntries(interceptCallback(picture))).toStrictEqual({
      ...inboundOfCall,
      interactionMediaUrl0: 'https://a.test/1',
    });
  });
});
