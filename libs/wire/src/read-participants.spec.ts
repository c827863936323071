import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { reading } from './form-refusal.js';
import { readParticipants } from './read-participants.js';

const participants = z.array(z.string()).transform(reading(readParticipants));

const wish = (identifier: string, more: object = {}) => ({
  identifier,
  friendlyName: null,
  proxyIdentifier: null,
  proxyIdentifierSid: null,
  numberSelection: null,
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
    [
      [`{"IDENTIFIER":"+1","ProxyIdentifierSid":"PN${'0A'.repeat(16)}"}`],
      [wish('+1', { proxyIdentifierSid: `PN${'0a'.repeat(16)}` })],
    ],
    [['{"Identifier":"+1","number_selection":"Unused"}'], [wish('+1', { numberSelection: 'unused' })]],
    [['{"Identifier":"+1","FriendlyName":null,"ProxyIdentifier":""}'], [wish('+1')]],
    [['{"Identifier":"+1","Other":{"a":["\\u0000"]},"FailOnParticipantConflict":true}'], [wish('+1')]],
    [['{"__proto__":{"Identifier":"+2"},"Identifier":"+1"}'], [wish('+1')]],
  ])('reads %j', (values, wishes) => {
    expect(participants.parse(values)).toEqual(wishes);
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
    [`{"Identifier":"${'x'.repeat(192)}"}`],
    ['{"Identifier":"+1","ProxyIdentifierSid":"PN1"}'],
    ['{"Identifier":"+1","NumberSelection":"any"}'],
    ['{"Identifier":"+1","FriendlyName":["Al"]}'],
  ])('refuses %.60j without repeating it', (value) => {
    const issues = participants.safeParse([value]).error?.issues ?? [];
    expect(issues).toHaveLength(1);
    expect(issues[0]?.message).not.toContain(value);
  });

  it('does not read on where there are too many', () => {
    const result = participants.safeParse([`[${'{"Identifier":"+1"},'.repeat(20_000)}null]`]);
    expect(result.error?.issues).toMatchObject([{ message: 'There are too many.' }]);
  });
});
