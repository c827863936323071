import { describe, expect, it } from '@jest/globals';
import { createSessionForm, updateSessionForm } from './session-form.js';

const defaults = {
  uniqueName: null,
  mode: 'voice-and-message',
  ttl: null,
  dateExpiry: null,
  status: 'open',
};

describe('createSessionForm', () => {
  it.each([
    [{}, {}],
    [{ UniqueName: 'Order #1' }, { uniqueName: 'Order #1' }],
    [{ UniqueName: `KS${'0'.repeat(32)}` }, { uniqueName: `KS${'0'.repeat(32)}` }],
    [{ UniqueName: '', Ttl: '', DateExpiry: '', Mode: '', Status: '' }, {}],
    [{ Ttl: '0' }, { ttl: 0 }],
    [{ DateExpiry: '2030-01-02' }, { dateExpiry: '2030-01-02T00:00:00.000Z' }],
    [
      { Mode: 'VOICE-ONLY', Status: 'In-Progress' },
      { mode: 'voice-only', status: 'in-progress' },
    ],
    [{ Status: 'closed' }, { status: 'closed' }],
    [{ Participants: [''] }, {}],
    [{ Participants: ['[]'] }, {}],
    [{ FailOnParticipantConflict: 'true' }, {}],
    [{ FailOnParticipantConflict: 'nonsense' }, {}],
  ])('reads %j', (form, wish) => {
    expect(createSessionForm.parse(form)).toEqual({ ...defaults, ...wish });
  });

  it.each([
    ['UniqueName', `KC${'0'.repeat(32)}`],
    ['Ttl', '-1'],
    ['Ttl', '2147483648'],
    ['DateExpiry', 'soon'],
    ['Mode', 'fax'],
    ['Status', 'failed'],
    ['Status', 'unknown'],
    ['Status', 'done'],
  ])('refuses %s=%j and names it', (parameter, value) => {
    const result = createSessionForm.safeParse({ [parameter]: value });
    expect(result.error?.issues).toMatchObject([{ path: [parameter] }]);
  });

  it('says that participants are not available yet', () => {
    const result = createSessionForm.safeParse({ Participants: ['{"Identifier":"+15005550001"}'] });
    expect(result.error?.issues).toMatchObject([
      { path: ['Participants'], message: 'Participants are not available yet in this version.' },
    ]);
  });

  it('tells malformed participants apart', () => {
    const result = createSessionForm.safeParse({ Participants: ['[object Object]'] });
    expect(result.error?.issues).toMatchObject([
      { path: ['Participants'], message: expect.stringContaining('JSON') as unknown },
    ]);
  });
});

describe('updateSessionForm', () => {
  it.each([
    [{}, {}],
    [{ Ttl: '', Status: '' }, {}],
    [{ DateExpiry: '' }, { dateExpiry: null }],
    [
      { Ttl: '10', Status: 'Closed' },
      { ttl: 10, status: 'closed' },
    ],
    [{ Status: 'failed' }, { status: 'failed' }],
    [{ UniqueName: 'ignored', Mode: 'ignored' }, {}],
  ])('reads %j', (form, wish) => {
    expect(updateSessionForm.parse(form)).toStrictEqual(wish);
  });

  it.each([
    ['Status', 'done'],
    ['Ttl', 'x'],
    ['DateExpiry', 'x'],
  ])('refuses %s=%j and names it', (parameter, value) => {
    const result = updateSessionForm.safeParse({ [parameter]: value });
    expect(result.error?.issues).toMatchObject([{ path: [parameter] }]);
  });
});
