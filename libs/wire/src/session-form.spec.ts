import { describe, expect, it } from '@jest/globals';
import { refusalCodeOf } from './form-refusal.js';
import { createSessionForm, updateSessionForm } from './session-form.js';

const defaults = {
  uniqueName: null,
  mode: 'voice-and-message',
  ttl: null,
  dateExpiry: null,
  status: 'open',
  participants: [],
};
const alice = {
  identifier: '+15005550001',
  friendlyName: null,
  proxyIdentifier: null,
  proxyIdentifierSid: null,
  numberSelection: null,
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
    [{ Participants: ['{"Identifier":"+15005550001"}'] }, { participants: [alice] }],
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

  it.each([
    ['[object Object]', 'It must be a JSON object with an Identifier, or a JSON array of such objects.'],
    [
      `{"Identifier":"+1","FriendlyName":"${'x'.repeat(256)}"}`,
      'FriendlyName: It is longer than 255 characters.',
    ],
  ])('says what is wrong with participants like %.40j', (text, message) => {
    const result = createSessionForm.safeParse({ Participants: [text] });
    expect(result.error?.issues).toMatchObject([{ path: ['Participants'], message }]);
  });

  it('refuses a third participant with a code of its own', () => {
    const result = createSessionForm.safeParse({ Participants: Array(3).fill('{"Identifier":"+1"}') });
    expect(result.error?.issues.map(refusalCodeOf)).toEqual(['too-many-participants']);
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
