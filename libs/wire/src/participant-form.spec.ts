import { describe, expect, it } from '@jest/globals';
import { createParticipantForm } from './participant-form.js';

const nothingElse = {
  friendlyName: null,
  proxyIdentifier: null,
  proxyIdentifierSid: null,
  numberSelection: null,
};

describe('createParticipantForm', () => {
  it.each([
    [{}, {}],
    [{ FriendlyName: '', ProxyIdentifier: '', ProxyIdentifierSid: '', NumberSelection: '' }, {}],
    [{ FriendlyName: '😀'.repeat(255) }, { friendlyName: '😀'.repeat(255) }],
    [{ ProxyIdentifier: ' 1 500 555 0010' }, { proxyIdentifier: '+15005550010' }],
    [{ ProxyIdentifier: '12345' }, { proxyIdentifier: '12345' }],
    [{ ProxyIdentifier: 'messenger:1' }, { proxyIdentifier: 'messenger:1' }],
    [{ ProxyIdentifierSid: `pn${'A'.repeat(32)}` }, { proxyIdentifierSid: `PN${'a'.repeat(32)}` }],
    [{ ProxyIdentifierSid: `SC${'0'.repeat(32)}` }, { proxyIdentifierSid: `SC${'0'.repeat(32)}` }],
    [{ NumberSelection: 'UNUSED' }, { numberSelection: 'unused' }],
    [{ FailOnParticipantConflict: 'whatever', identifier: 'ignored' }, {}],
  ])('reads %.80j', (form, wish) => {
    expect(createParticipantForm.parse({ Identifier: '+15005550001', ...form })).toEqual({
      identifier: '+15005550001',
      ...nothingElse,
      ...wish,
    });
  });

  it('leaves the identifier as it was sent', () => {
    const identifier = ' 1 (500) 555 0001';
    expect(createParticipantForm.parse({ Identifier: identifier }).identifier).toBe(identifier);
  });

  it.each([
    ['Identifier', undefined, 'It is required.'],
    ['Identifier', '', 'It is required.'],
    ['Identifier', 'x'.repeat(192), 'It is longer than 191 characters.'],
    ['Identifier', '😀'.repeat(192), 'It is longer than 191 characters.'],
    ['Identifier', ['+15005550001'], 'It is required.'],
    ['FriendlyName', 'x'.repeat(256), 'It is longer than 255 characters.'],
    ['FriendlyName', 'x'.repeat(1_000_000), 'It is longer than 255 characters.'],
    ['ProxyIdentifier', '1'.repeat(256), 'It is longer than 255 characters.'],
    ['ProxyIdentifierSid', 'PN1', 'It must be a PN or SC SID.'],
    ['ProxyIdentifierSid', `KP${'0'.repeat(32)}`, 'It must be a PN or SC SID.'],
    ['NumberSelection', 'any', 'It must be one of unused.'],
  ])('refuses %s=%.30j and names it', (parameter, value, message) => {
    const result = createParticipantForm.safeParse({ Identifier: '+15005550001', [parameter]: value });
    expect(result.error?.issues).toMatchObject([{ path: [parameter], message }]);
  });
});
