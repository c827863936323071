import { describe, expect, it } from '@jest/globals';
import { callStatus, inboundMessage, messageStatus } from './webhook-parameters.js';

const message = {
  account_sid: `AC${'1'.repeat(32)}`,
  sid: `SM${'2'.repeat(32)}`,
  send_key: null,
  from_number: '+447700900123',
  to_number: '12345',
  body: 'hi',
  media: [],
  status: 'sent',
  error_code: null,
  status_callback: null,
  created_at: '2026-01-02T03:04:05.678Z',
};

describe('the parameters of a message', () => {
  it.each([
    ['', '1'],
    ['x'.repeat(160), '1'],
    ['x'.repeat(161), '2'],
    ['x'.repeat(306), '2'],
    ['x'.repeat(307), '3'],
    ['ü'.repeat(160), '1'],
    ['ш'.repeat(70), '1'],
    ['ш'.repeat(71), '2'],
    ['😀'.repeat(35), '1'],
    ['😀'.repeat(36), '2'],
  ])('count the texts that a network makes of %j', (body, segments) => {
    expect(Object.fromEntries(inboundMessage({ ...message, body }))).toMatchObject({ NumSegments: segments });
  });

  it('name the countries, as far as numbers have one', () => {
    expect(Object.fromEntries(inboundMessage(message))).toMatchObject({ FromCountry: 'GB', ToCountry: '' });
  });

  it('have an error code only when there is one', () => {
    expect(Object.fromEntries(messageStatus(message))).not.toHaveProperty('ErrorCode');
    expect(Object.fromEntries(messageStatus({ ...message, error_code: 30003 }))).toMatchObject({
      ErrorCode: '30003',
    });
  });
});

describe('the parameters of a call', () => {
  it('tell the time as mail does, and minutes that have begun as whole ones', () => {
    const call = {
      account_sid: message.account_sid,
      sid: `CA${'3'.repeat(32)}`,
      parent_sid: `CA${'4'.repeat(32)}`,
      from_number: '+14155550100',
      to_number: '+12025550101',
      status: 'completed',
      error_code: null,
      duration: 61,
      status_callback: null,
      reported: [],
      sequence_number: 4,
      created_at: message.created_at,
    };
    expect(Object.fromEntries(callStatus(call, new Date('2026-01-02T03:04:05.678Z')))).toMatchObject({
      Timestamp: 'Fri, 02 Jan 2026 03:04:05 +0000',
      CallDuration: '61',
      Duration: '2',
      SequenceNumber: '3',
    });
  });
});
