import { beforeAll, describe, expect, it } from '@jest/globals';
import { twilioOpenApi as twilio, violations, type OpenApi } from '#testing';
import { startApi, type Api } from './start-api.js';

// Two measures for the same answers: an exact table of our own, since Twilio's OpenAPI file requires nothing and
// lets nearly everything be null; and that file itself.

let api: Api;
let serviceSid: string;

beforeAll(async () => {
  api = await startApi();
  const { body } = await api.ask('POST', '/v1/Services', { body: { UniqueName: 'contract' } });
  serviceSid = String(body?.['sid']);
});

const sid = (prefix: string) => new RegExp(`^${prefix}[0-9a-f]{32}$`);
const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const url = /^http:\/\/127\.0\.0\.1:\d+\/v1\/Services\/KS[0-9a-f]{32}(?:\/\w+)*$/;

type Rule = RegExp | 'integer' | 'null' | Readonly<Record<string, RegExp>>;

/** Every key in its order. */
const service: Record<string, Rule> = {
  sid: sid('KS'),
  account_sid: sid('AC'),
  chat_instance_sid: 'null',
  unique_name: /^contract$/,
  default_ttl: 'integer',
  callback_url: 'null',
  geo_match_level: /^country$/,
  number_selection_behavior: /^prefer-sticky$/,
  intercept_callback_url: 'null',
  out_of_session_callback_url: 'null',
  date_created: date,
  date_updated: date,
  url,
  links: { sessions: url, phone_numbers: url, short_codes: url },
};

const session: Record<string, Rule> = {
  service_sid: sid('KS'),
  status: /^open$/,
  unique_name: 'null',
  date_started: 'null',
  date_ended: 'null',
  date_last_interaction: 'null',
  date_expiry: 'null',
  ttl: 'integer',
  mode: /^voice-and-message$/,
  closed_reason: 'null',
  sid: sid('KC'),
  date_updated: date,
  date_created: date,
  account_sid: sid('AC'),
  url,
  links: { interactions: url, participants: url },
};

const endedSession: Record<string, Rule> = {
  ...session,
  status: /^closed$/,
  unique_name: /^ended$/,
  date_started: date,
  date_ended: date,
  date_expiry: date,
  closed_reason: /^api$/,
};

function expectExactly(body: unknown, rules: Record<string, Rule>): void {
  const resource = body as Record<string, unknown>;
  expect(Object.keys(resource)).toEqual(Object.keys(rules));
  for (const [key, rule] of Object.entries(rules)) {
    const value = resource[key];
    if (rule === 'null') expect([key, value]).toEqual([key, null]);
    else if (rule === 'integer') expect([key, Number.isInteger(value)]).toEqual([key, true]);
    else if (rule instanceof RegExp) expect([key, value]).toEqual([key, expect.stringMatching(rule)]);
    else expectExactly(value, rule);
  }
}

describe('our own table', () => {
  it('is met by a service', async () => {
    expectExactly((await api.ask('GET', `/v1/Services/${serviceSid}`)).body, service);
  });

  it('is met by a new session', async () => {
    expectExactly((await api.ask('POST', `/v1/Services/${serviceSid}/Sessions`)).body, session);
  });

  it('is met by a session with everything set', async () => {
    const form = {
      UniqueName: 'ended',
      Status: 'in-progress',
      DateExpiry: '2999-01-01T00:00:00.5+01:00',
      Ttl: '9',
    };
    const created = await api.ask('POST', `/v1/Services/${serviceSid}/Sessions`, { body: form });
    const path = `/v1/Services/${serviceSid}/Sessions/${String(created.body?.['sid'])}`;
    const ended = await api.ask('POST', path, { body: { Status: 'closed' } });
    expectExactly(ended.body, endedSession);
    expect(ended.body).toMatchObject({ date_expiry: '2998-12-31T23:00:00Z', ttl: 9 });
  });

  it('is met by a page', async () => {
    const { body } = await api.ask('GET', `/v1/Services?PageSize=1`);
    expect(Object.keys(body ?? {})).toEqual(['services', 'meta']);
    expect(body?.['meta']).toEqual({
      page: 0,
      page_size: 1,
      first_page_url: `${api.url}/v1/Services?PageSize=1&Page=0`,
      previous_page_url: null,
      url: `${api.url}/v1/Services?PageSize=1&Page=0`,
      next_page_url: null,
      key: 'services',
    });
  });
});

/** Where the contract knowingly departs from the file. */
const deviations = new Set([
  // Undocumented in the file, which lists the four values of the day; the text beside it names this one.
  'GeoMatchLevel: extended-area-code',
]);

describe("Twilio's OpenAPI file", () => {
  const services = '/v1/Services';
  const sessions = `${services}/{ServiceSid}/Sessions`;
  const cases: [method: 'get' | 'post' | 'delete', template: string, status: string][] = [
    ['post', services, '201'],
    ['get', services, '200'],
    ['get', `${services}/{Sid}`, '200'],
    ['post', `${services}/{Sid}`, '200'],
    ['post', sessions, '201'],
    ['get', sessions, '200'],
    ['get', `${sessions}/{Sid}`, '200'],
    ['post', `${sessions}/{Sid}`, '200'],
    ['delete', `${sessions}/{Sid}`, '204'],
    ['delete', `${services}/{Sid}`, '204'],
  ];

  it.each(cases)('describes what %s %s answers', async (method, template, status) => {
    const operation = twilio.paths[template]?.[method];
    expect(Object.keys(operation?.responses ?? {})).toEqual([status]);
    const name = `openapi-${Math.random()}`;
    const parent = await api.ask('POST', services, { body: { UniqueName: name } });
    const above = String(parent.body?.['sid']);
    const child = await api.ask('POST', `${services}/${above}/Sessions`, { body: { UniqueName: name } });
    const own = template.startsWith(sessions) ? String(child.body?.['sid']) : above;
    const path = template.replace('{ServiceSid}', above).replace('{Sid}', own);
    const body = method === 'post' ? { UniqueName: `${name}-2` } : undefined;
    const answer = await api.ask(method.toUpperCase(), path, body && { body });
    expect(String(answer.status)).toBe(status);
    const schema = operation?.responses[status]?.content?.['application/json']?.schema;
    if (schema === undefined) expect(answer.text).toBe('');
    else expect(violations(answer.body, schema, 'body')).toEqual([]);
  });

  it.each([
    ['post', services],
    ['post', `${services}/{Sid}`],
    ['post', sessions],
    ['post', `${sessions}/{Sid}`],
  ] as const)('names the same parameters for %s %s as ours', async (method, template) => {
    const form = 'application/x-www-form-urlencoded';
    const theirs = twilio.paths[template]?.[method]?.requestBody?.content[form]?.schema.properties ?? {};
    const { body } = await api.ask('GET', '/docs-json');
    const ours = body as unknown as OpenApi;
    const own = template
      .replace('{ServiceSid}', '{serviceSid}')
      .replace('{Sid}', template.startsWith(sessions) ? '{sessionSid}' : '{serviceSid}');
    const described = ours.paths[own]?.[method]?.requestBody?.content[form]?.schema.properties ?? {};
    // It existed from 2020 to 2022; old callers still send it.
    const { FailOnParticipantConflict: _, ...today } = described;
    expect(Object.keys(today).sort()).toEqual(Object.keys(theirs).sort());
    for (const [name, { enum: values = [] }] of Object.entries(today)) {
      const reference = theirs[name]?.$ref?.split('/').pop() ?? '';
      const allowed = twilio.components.schemas[reference]?.enum ?? [];
      const extra = values.filter((value) => !allowed.includes(value)).map((value) => `${name}: ${value}`);
      expect(extra.filter((deviation) => !deviations.has(deviation))).toEqual([]);
    }
  });
});
