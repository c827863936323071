import fc from 'fast-check';
import type { Field } from './endpoints.js';
import { MARK } from './world.js';

/** The numbers that accounts bring to their pools, in the last two digits. */
export const POOL_START = 50;
export const POOL_SIZE = 12;

/** Stands for the service's own address. */
export const SELF = '{self}';

/** Few, so that names are taken, found again and taken by others. */
const name = fc
  .tuple(fc.nat(24), fc.constantFrom('', ' ', 'é', '+&=', '/', '%41', '😀', '#', '.'))
  .map(([number, odd]) => `${MARK}${odd}${number}`);

const dates = [
  '2031-02-03T04:05:06Z',
  '2999-12-31T23:59:59.999999999+01:00',
  '2040-06-01T00:00:00',
  '2100-01-01',
  '9999-12-31T23:59:59Z',
];

const numberStart = fc.constantFrom('+1500555', '+1 (500) 555-', ' 1500555');

/** Few as well, so that people meet again. The digits of the account tell them from those of others. */
const ordinaryPerson = fc
  .tuple(fc.nat(29), numberStart)
  .map(([number, start]) => `${start}{phones}${String(number).padStart(2, '0')}`);

/** Whom the simulated carrier refuses to text, or is away for. */
export const HARD_TO_REACH = [
  '+15005550001',
  '+15005550004',
  '+15005550009',
  '+15005550050',
  '+15005550052',
  '+15005550053',
] as const;

const person = fc.oneof(
  { weight: 9, arbitrary: ordinaryPerson },
  { weight: 1, arbitrary: fc.constantFrom(...HARD_TO_REACH) },
);

/** For the pools: nobody's own. `{number3}` is the SID of one of them. */
const poolNumber = fc
  .tuple(fc.integer({ min: POOL_START, max: POOL_START + POOL_SIZE - 1 }), numberStart)
  .map(([number, start]) => `${start}{phones}${number}`);
const phoneNumberSid = fc.nat(POOL_SIZE - 1).map((which) => `{number${which}}`);
const shortCodeSid = fc.nat(POOL_SIZE - 1).map((which) => `{code${which}}`);

const mediaUrl = fc.nat(9).map((path) => `https://${MARK}.example.test/${path}.png`);

const participants = fc
  .array(fc.tuple(person, fc.constantFrom('', MARK, `${MARK}😀`)), { maxLength: 2 })
  .map((people) =>
    JSON.stringify(people.map(([Identifier, friendlyName]) => ({ Identifier, friendlyName }))),
  );

/** A value that the parameter should take. */
export function rightValue(field: Field, parameter: string): fc.Arbitrary<string> {
  if (field.enum) return fc.constantFrom(...field.enum);
  if (field.format === 'phone-number') return field.pattern === undefined ? person : poolNumber;
  if (parameter === 'ProxyIdentifier') return poolNumber;
  if (parameter === 'ProxyIdentifierSid')
    return fc.oneof(fc.constant('{pooled}'), phoneNumberSid, shortCodeSid);
  if (field.pattern?.startsWith('^PN')) return phoneNumberSid;
  if (field.pattern?.startsWith('^SC')) return shortCodeSid;
  if (field.type === 'boolean') return fc.constantFrom('true', 'False', '1', '0');
  if (field.pattern !== undefined) return fc.stringMatching(new RegExp(field.pattern));
  if (field.type === 'array') {
    return field.items?.format === 'uri' ? mediaUrl : fc.oneof(fc.constantFrom('', '[]'), participants);
  }
  if (field.format === 'date-time') return fc.constantFrom(...dates);
  if (field.format === 'uri') return fc.nat(99).map((path) => `https://${MARK}.example.test/${path}?a=%20&b`);
  if (field.type === 'integer') {
    const { minimum = 0, maximum = 1_000_000 } = field;
    return fc.oneof(
      fc.constantFrom(minimum, maximum, 3600).map(String),
      fc.integer({ min: minimum, max: maximum }).map(String),
    );
  }
  return name;
}

/** Whatever may be just beside what is right, for a parameter of any kind. */
export function nearValue({ maxLength = 191, maximum = 2_147_483_647 }: Field): fc.Arbitrary<string> {
  return fc.constantFrom(
    '',
    ' ',
    `${MARK} `,
    'x'.repeat(maxLength),
    'x'.repeat(maxLength + 1),
    '😀'.repeat(maxLength),
    '😀'.repeat(maxLength + 1),
    String(maximum),
    String(maximum + 1),
    '-1',
    '+5',
    '1e3',
    '0x10',
    '007',
    '٣',
    'NaN',
    'null',
    'TRUE',
    'Open',
    'IN-PROGRESS',
    'failed',
    'unknown',
    'Country',
    '2020-01-01',
    '2030-02-30',
    '2031-01-01T24:00:00Z',
    '9999-12-31T23:59:59.999-23:59',
    '0001-01-01T00:00:00+23:59',
    '0000-01-01',
    'http://',
    'http://[::1',
    'http:///a',
    `ftp://${MARK}.test`,
    `HTTP://u:p@${MARK}.TEST:80/`,
    `//${MARK}.test`,
    `https://${MARK}.test/\u00a0`,
    'http://1.2.3.999/',
    `${SELF}/v1/Services`,
    `KS${'0'.repeat(32)}`,
    `KC${'A'.repeat(32)}`,
    `is${'a'.repeat(32)}`,
    `{"Identifier":"+1555${MARK}"}`,
    `[{"identifier":"+1555${MARK}","proxy_identifier":null},{"Identifier":"${MARK}"}]`,
    `{"Identifier":"\\ud800"}`,
    `{"Identifier":"messenger:${MARK}","NumberSelection":"unused"}`,
    JSON.stringify(Array(3).fill({ Identifier: `+1555${MARK}` })),
    JSON.stringify({ Identifier: '+15005550001', FriendlyName: MARK.repeat(100) }),
    `+1500555${MARK}`,
    '+15005550000000000',
    '+800{phones}123456',
    '{number0}',
    '{code0}',
    '{pooled}',
    `messenger:${MARK}`,
    `PN${'0'.repeat(32)}`,
    `sc${'A'.repeat(32)}`,
    `{"Identifier":{"a":"${MARK}"}}`,
    `{"__proto__":{"Identifier":"${MARK}"}}`,
    '['.repeat(5000),
    '__proto__',
    'constructor',
    `${MARK}\u0000`,
    `${MARK}\u202e\ufeff\u0301`,
    `${MARK}'; drop table maskline.session; --`,
    '${jndi:ldap://x}%s%n{{7*7}}',
    '../../etc/passwd',
  );
}

export const wildText = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 300 }))
  .map((text) => `${text}${MARK}`);

/** Text that looks like a form or a query, but for what it is made of. */
export const wildPairs = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '%',
        '%4',
        '%zz',
        '%00',
        '%ED%A0%80',
        '%C0%80',
        '%F0%9F%98%80',
        '+',
        '&',
        '=',
        ';',
        '[]',
      ),
      fc.constantFrom('UniqueName', 'Ttl', 'Status', 'PageSize', 'PageToken', '__proto__', MARK),
      fc.string({ unit: 'grapheme-ascii', maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));
