import { describe, expect, it } from '@jest/globals';
import { readParticipants } from './read-participants.js';

const wish = (identifier: string, more: object = {}) => ({
  identifier,
  friendlyName: null,
  proxyIdentifier: null,
  proxyIdentifierSid: null,
  ...more,
});

describe('readParticipants', () => {
  it.each([
    [[], []],
    [['', ' '], []],
    [['{"Identifier":"+15005550001"}'], [wish('+15005550001')]],
    [
      ['{"Identifier": "+1"}', '{"Identifier": "+2"}'],
      [wish('+1'), wish('+2')],
    ],
    [['[{"Identifier":"+1"},{"Identifier":"+2"}]'], [wish('+1'), wish('+2')]],
    [
      ['[{"Identifier":"+1"}]', '{"Identifier":"+2"}'],
      [wish('+1'), wish('+2')],
    ],
    [['{"identifier":"+1","friendlyName":"Al"}'], [wish('+1', { friendlyName: 'Al' })]],
    [['{"identifier":"+1","proxy_identifier":"+9"}'], [wish('+1', { proxyIdentifier: '+9' })]],
    [['{"IDENTIFIER":"+1","ProxyIdentifierSid":"PN1"}'], [wish('+1', { proxyIdentifierSid: 'PN1' })]],
    [['{"Identifier":"+1","FriendlyName":null,"ProxyIdentifier":""}'], [wish('+1')]],
    [['{"Identifier":" 15005550001"}'], [wish('+15005550001')]],
    [['{"Identifier":"+1","Other":"x"}'], [wish('+1')]],
  ])('reads %j', (values, participants) => {
    expect(readParticipants(values)).toEqual(participants);
  });

  it.each([
    ['[object Object]'],
    ['{Identifier=+1}'],
    ['+15005550001'],
    ['null'],
    ['1'],
    ['"+1"'],
    ['{}'],
    ['[[]]'],
    ['[null]'],
    ['{"Identifier":null}'],
    ['{"Identifier":""}'],
    ['{"Identifier":15005550001}'],
    ['{"Identifier":{"a":1}}'],
    ['{"Identifier":"+1\\u0000"}'],
    ['{"Identifier":"\\ud800"}'],
    ['{"FriendlyName":"Al"}'],
    ['['.repeat(100_000)],
  ])('refuses %j', (value) => {
    expect(readParticipants([value])).toBeNull();
  });
});
