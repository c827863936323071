import fc from 'fast-check';
import type { Endpoint } from './endpoints.js';
import { nearValue, rightValue, wildPairs, wildText } from './values.js';
import { MARK } from './world.js';

type Pairs = readonly (readonly [name: string, value: string])[];

/** A request before it is known who there is and what there is: SIDs and accounts are places in lists. */
export interface Plan {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly tenant: number;
  readonly login: 'right' | 'any case' | 'wrong token' | 'token of another' | 'none' | 'broken';
  /** What the path names: something of one's own, of another account, deleted, never there, or any text. */
  readonly target:
    | 'own'
    | 'of another'
    | 'of another below own'
    /** One's own, but below something else of one's own. */
    | 'astray'
    | 'gone'
    | 'nothing'
    | 'text';
  /** Which of them. */
  readonly which: number;
  readonly spelling: 'sid' | 'any case' | 'name' | 'percent';
  readonly text: string;
  /** Instead of the template's path. */
  readonly rawPath: string | null;
  readonly slash: '' | '/';
  readonly query: Pairs;
  readonly rawQuery: string | null;
  /** Null: no body at all. */
  readonly form: Pairs | null;
  readonly rawBody: Uint8Array | string | null;
  readonly spaces: '%20' | '+';
  readonly isChunked: boolean;
  /** Null: the header is left out. */
  readonly contentType: string | null;
  readonly headers: Pairs;
}

const FORM = 'application/x-www-form-urlencoded';

/** Requests for all of the endpoints: most of them right, many nearly so, the rest made of anything. */
export function planOf(endpoints: readonly Endpoint[]): fc.Arbitrary<Plan> {
  const right = rightPlanOf(endpoints);
  const near = right.chain((plan) =>
    fc
      .array(changeOf(plan), { minLength: 1, maxLength: 2 })
      .map((changes): Plan => Object.assign({}, plan, ...changes) as Plan),
  );
  const wild = right.chain((plan) =>
    fc.record(wildParts).map((parts): Plan => ({ ...plan, ...parts, form: plan.endpoint.form && [] })),
  );
  return fc.oneof(
    { weight: 12, arbitrary: right },
    { weight: 6, arbitrary: near },
    { weight: 2, arbitrary: wild },
  );
}

export function rightPlanOf(endpoints: readonly Endpoint[]): fc.Arbitrary<Plan> {
  return fc.oneof(
    ...endpoints.map((endpoint) => ({
      weight: weightOf(endpoint),
      arbitrary: rightPlan(endpoint),
    })),
  );
}

/** What is deleted cannot be used any more, nor what is below; what has no form is soon seen through. */
function weightOf({ method, template, isSigned }: Endpoint): number {
  if (!template.startsWith('/v1') || isSigned) return 2;
  if (method !== 'DELETE') return 6;
  return /\{(?:service|session)Sid\}$/.test(template) ? 2 : 3;
}

function rightPlan(endpoint: Endpoint): fc.Arbitrary<Plan> {
  const { form, query, headers } = endpoint;
  const some = (names: readonly string[], value: (name: string) => fc.Arbitrary<string>, without: number) =>
    pairsOf(names.map((name) => seldom(fc.tuple(fc.constant(name), value(name)), without)));
  const fields = Object.entries(form?.fields ?? {});
  const values = pairsOf(
    fields.map(([name, field]) => {
      const pair = fc.tuple(fc.constant(name), rightValue(field, name));
      // Whoever names a number has to name one that is there.
      return seldom(pair, form?.required.includes(name) ? 0 : name.startsWith('Proxy') ? 5 : 1);
    }),
  );
  return fc.record<Plan>({
    endpoint: fc.constant(endpoint),
    method: fc.constant(endpoint.method),
    tenant: fc.nat(2),
    login: fc.oneof({ weight: 9, arbitrary: fc.constant('right') }, fc.constant('any case')),
    target: fc.constant('own'),
    which: fc.nat(1_000_000),
    spelling: fc.constantFrom('sid', 'sid', 'sid', 'any case', 'name', 'percent'),
    text: fc.constant(''),
    rawPath: fc.constant(null),
    slash: fc.constantFrom('', '', '', '/'),
    query: some(query, (name) => queryValues[name] ?? pageValue, 1),
    rawQuery: fc.constant(null),
    form: form === null ? fc.constant(null) : values,
    rawBody: fc.constant(null),
    spaces: fc.constantFrom('%20', '+'),
    isChunked: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    contentType: fc.constantFrom(FORM, FORM, `${FORM}; charset=utf-8`, null),
    headers: some(headers, () => fc.nat(20).map((key) => `${MARK}-${key}`), 9),
  });
}

/** Once in so many times and once more. */
function seldom<Value>(arbitrary: fc.Arbitrary<Value>, without: number): fc.Arbitrary<Value | null> {
  return fc.oneof({ weight: 1, arbitrary }, { weight: without, arbitrary: fc.constant(null) });
}

function pairsOf(pairs: fc.Arbitrary<[string, string] | null>[]): fc.Arbitrary<[string, string][]> {
  return fc.tuple(...pairs).map((given) => given.filter((pair) => pair !== null));
}

/** `{token}`: the latest token that the account was given. */
const pageValue = fc.constantFrom('0', '1', '2', '{token}', '');
const queryValues: Readonly<Record<string, fc.Arbitrary<string>>> = {
  PageSize: fc.nat(9).map(String),
  interaction: fc.constantFrom('{interaction}', '{interaction}', `KI${'0'.repeat(32)}`, MARK),
};

const methods = [
  'GET',
  'POST',
  'DELETE',
  'PUT',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'get',
];

const oddHeaders: Pairs = [
  ['Host', ''],
  ['Host', `${MARK}.test`],
  ['Host', '"><script>'],
  ['Host', '1.2.3.999'],
  ['Host', 'a:99999'],
  ['Expect', '100-continue'],
  ['Expect', MARK],
  ['Connection', 'close'],
  ['Connection', 'Upgrade, HTTP2-Settings'],
  ['Upgrade', 'websocket'],
  ['traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
  ['traceparent', MARK],
  ['Accept', 'text/html;q=0.1'],
  ['Accept-Encoding', 'gzip, br, identity;q=0'],
  ['Accept-Version', '2.x'],
  ['Content-Encoding', 'gzip'],
  ['Range', 'bytes=0-1'],
  ['If-None-Match', '*'],
  ['Cookie', MARK],
  ['Origin', `https://${MARK}.test`],
  ['X-Forwarded-For', MARK],
  ['X-Forwarded-Host', `${MARK}.test`],
  ['X-Forwarded-Proto', 'ftp'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Idempotency-Key', ''],
  ['Idempotency-Key', 'x'.repeat(255)],
  ['Idempotency-Key', 'x'.repeat(256)],
  ['I-Twilio-Idempotency-Token', '\u00e9'],
  ['X-Large', 'x'.repeat(12_000)],
  ['X-Larger', 'x'.repeat(20_000)],
];

/** One thing about a right request that is not right. */
function changeOf({ endpoint, form, query }: Plan): fc.Arbitrary<Partial<Plan>> {
  const fields = Object.entries(endpoint.form?.fields ?? {});
  const changes: fc.Arbitrary<Partial<Plan>>[] = [
    fc.record({ method: fc.constantFrom(...methods) }),
    fc.record({ login: fc.constantFrom('wrong token', 'token of another', 'none', 'broken') }),
    fc.record({
      target: fc.constantFrom(
        'of another',
        'of another',
        'of another below own',
        'astray',
        'gone',
        'nothing',
      ),
    }),
    fc.record({ target: fc.constant('text'), text: fc.oneof(nearValue({ type: 'string' }), wildText) }),
    fc.constantFrom(...oddHeaders).map((header) => ({ headers: [header] })),
    fc.record({ contentType: fc.constantFrom('application/json', 'text/plain', 'nonsense', ';', MARK) }),
    fc
      .tuple(
        fc.constantFrom('PageSize', 'Page', 'PageToken', MARK),
        fc.oneof(nearValue({ type: 'string' }), wildText),
      )
      .map((pair) => ({ query: [...query, pair] })),
  ];
  if (fields.length > 0 && form !== null) {
    const field = fc.constantFrom(...fields);
    changes.push(
      field
        .chain(([name, kind]) => fc.tuple(fc.constant(name), fc.oneof(nearValue(kind), wildText)))
        // Of a parameter that comes twice the last value counts.
        .map((pair) => ({ form: [...form, pair] })),
      field.map(([name]) => ({ form: form.filter(([other]) => other !== name) })),
      fc
        .tuple(fc.oneof(fc.constantFrom('__proto__', 'uniqueName', 'UNIQUENAME', ''), wildText), wildText)
        .map((pair) => ({
          form: [...form, pair],
        })),
      wildPairs.map((rawBody) => ({ rawBody })),
    );
  }
  const change = fc.oneof(...changes);
  // It is read for long, so it comes seldom.
  const large = fc.constantFrom(1_048_576, 1_048_577).map((size) => ({ rawBody: 'a'.repeat(size) }));
  return fc.oneof({ weight: 400, arbitrary: change }, { weight: 1, arbitrary: large });
}

const visible = fc
  .integer({ min: 0x21, max: 0xff })
  .map((code) => String.fromCharCode(code === 0x7f ? 0x25 : code));
const visibleText = fc.string({ unit: visible, maxLength: 60 });
const printable = fc
  .integer({ min: 0x20, max: 0xff })
  .map((code) => String.fromCharCode(code === 0x7f ? 0x20 : code));

const wildParts = {
  method: fc.constantFrom(...methods),
  rawPath: fc.option(
    fc.oneof(
      visibleText.map((text) => `/${text}`),
      visibleText.map((text) => `/v1/Services/${text}`),
      fc.constantFrom(
        '*',
        '/',
        '//',
        '/v1',
        '/v1/',
        '/%76%31/Services',
        '/v1//Services',
        '/v1/./Services',
        '/V1/services',
      ),
      fc.constantFrom(
        '{self}/v1/Services',
        'http://other.test/v1/Nowhere',
        '/docs/../v1/Services',
        '/docs/%2e%2e/x',
      ),
      fc.constantFrom(
        '/%',
        '/v1/%zz',
        `/v1/Services/${'a'.repeat(9000)}`,
        `/v1${'/a'.repeat(500)}`,
        '/v1/Services%2Fx',
      ),
    ),
  ),
  rawQuery: fc.option(
    fc.oneof(wildPairs, visibleText).map((text) => text.replace(/[^!-~\u0080-\u00ff]/g, '')),
    { freq: 1 },
  ),
  rawBody: fc.oneof(fc.uint8Array({ maxLength: 200 }), wildPairs),
  contentType: fc.oneof(fc.constant(FORM), fc.string({ unit: printable, maxLength: 30 })),
  headers: fc.array(
    fc.tuple(
      fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/),
      fc.string({ unit: printable, maxLength: 60 }).map((text) => `${MARK}${text}`),
    ),
    { maxLength: 4 },
  ),
  login: fc.constantFrom('right', 'right', 'right', 'wrong token', 'none', 'broken') as fc.Arbitrary<
    Plan['login']
  >,
};

export function pick<Item>(list: readonly Item[], which: number): Item {
  const item = list[which % list.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
