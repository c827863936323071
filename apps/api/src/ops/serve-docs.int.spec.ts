import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { call, cleanUp, testDatabase, type Call, type Login } from '#testing';
import { errorSchema, servicePageSchema, serviceSchema, sessionPageSchema, sessionSchema } from '#wire';
import { serveApi } from '../spec/serve-api.js';
import { openApi } from './serve-docs.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let login: Login;
let document: OpenAPIObject;
let serviceSid: string;
let sessionSid: string;

beforeAll(async () => {
  const { database } = await testDatabase();
  api = await serveApi(database);
  cleanUp(() => api.app.close());
  login = await api.account();
  document = openApi(api.app);
  const service = await ask('POST', '/v1/Services', { body: { UniqueName: 'described' } });
  serviceSid = String(service.body?.['sid']);
  const session = await ask('POST', `/v1/Services/${serviceSid}/Sessions`);
  sessionSid = String(session.body?.['sid']);
});

const ask = (method: string, path: string, options: Call = {}) =>
  call(api.url, method, path, { login, ...options });

const services = '/v1/Services';
const service = `${services}/{serviceSid}`;
const sessions = `${service}/Sessions`;
const session = `${sessions}/{sessionSid}`;
const phoneNumbers = `${service}/PhoneNumbers`;
const phoneNumber = `${phoneNumbers}/{phoneNumberSid}`;
const shortCodes = `${service}/ShortCodes`;
const shortCode = `${shortCodes}/{shortCodeSid}`;
const participants = `${session}/Participants`;
const participant = `${participants}/{participantSid}`;
const messages = `${participant}/MessageInteractions`;
const interactions = `${session}/Interactions`;
const interaction = `${interactions}/{interactionSid}`;
const form = 'application/x-www-form-urlencoded';

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    (['get', 'post', 'delete'] as const).flatMap((method) => {
      const operation = methods[method];
      return operation === undefined ? [] : [{ name: `${method} ${path}`, operation }];
    }),
  );

const operationOf = (name: string) => operations().find((one) => one.name === name)?.operation;

describe('the OpenAPI document', () => {
  it('says what it describes, where that is, and how callers say who they are', () => {
    expect(document).toMatchObject({
      info: { title: 'Maskline', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      servers: [{ url: '/' }],
      security: [{ basic: [] }],
      components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
    });
  });

  it('describes every route of the API, by summary and statuses, and nothing else', () => {
    const lines = operations().map(
      ({ name, operation }) =>
        `${name}: ${operation.summary ?? ''}: ${Object.keys(operation.responses).join(' ')}`,
    );
    expect(lines).toEqual([
      `get ${services}: Retrieve a list of all Services: 200 400 401 429 500 503`,
      `post ${services}: Create a new Service: 201 400 401 409 413 429 500 503`,
      `get ${service}: Fetch a specific Service: 200 401 404 429 500 503`,
      `post ${service}: Update a specific Service: 200 400 401 404 409 413 429 500 503`,
      `delete ${service}: Delete a specific Service: 204 400 401 403 404 413 429 500 503`,
      `get ${phoneNumbers}: Retrieve a list of all Phone Numbers of the Service: 200 400 401 404 429 500 503`,
      `post ${phoneNumbers}: Add a Phone Number to a Service: 201 400 401 404 409 413 429 500 503`,
      `get ${phoneNumber}: Fetch a specific Phone Number: 200 401 404 429 500 503`,
      `post ${phoneNumber}: Update a specific Phone Number: 200 400 401 404 409 413 429 500 503`,
      `delete ${phoneNumber}: Remove a specific Phone Number from the Service: 204 400 401 404 413 429 500 503`,
      `get ${shortCodes}: Retrieve a list of all Short Codes of the Service: 200 400 401 404 429 500 503`,
      `post ${shortCodes}: Add a Short Code to a Service: 201 400 401 404 409 413 429 500 503`,
      `get ${shortCode}: Fetch a specific Short Code: 200 401 404 429 500 503`,
      `post ${shortCode}: Update a specific Short Code: 200 400 401 404 409 413 429 500 503`,
      `delete ${shortCode}: Remove a specific Short Code from the Service: 204 400 401 404 413 429 500 503`,
      `get ${sessions}: Retrieve a list of all Sessions for the Service: 200 400 401 404 429 500 503`,
      `post ${sessions}: Create a new Session: 201 400 401 404 409 413 429 500 503`,
      `get ${session}: Fetch a specific Session: 200 401 404 429 500 503`,
      `post ${session}: Update a specific Session: 200 400 401 404 409 413 429 500 503`,
      `delete ${session}: Delete a specific Session: 204 400 401 403 404 413 429 500 503`,
      `get ${participants}: Retrieve a list of all Participants in a Session: 200 400 401 404 429 500 503`,
      `post ${participants}: Add a new Participant to the Session: 201 400 401 404 409 413 429 500 503`,
      `get ${participant}: Fetch a specific Participant: 200 401 404 429 500 503`,
      `delete ${participant}: Remove a specific Participant from the Session: 204 400 401 403 404 413 429 500 503`,
      `get ${messages}: Retrieve a list of all Message Interactions of a Participant: 200 400 401 404 429 500 503`,
      `post ${messages}: Send a message to one Participant: 201 400 401 404 409 413 429 500 503`,
      `get ${messages}/{interactionSid}: Fetch a specific Message Interaction: 200 401 404 429 500 503`,
      `get ${interactions}: Retrieve a list of all Interactions for a Session: 200 400 401 404 429 500 503`,
      `get ${interaction}: Retrieve a specific Interaction: 200 401 404 429 500 503`,
      `delete ${interaction}: Delete a specific Interaction: 204 400 401 403 404 413 429 500 503`,
    ]);
  });

  it('names operations as Twilio does', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    const verbs = ['List', 'Create', 'Fetch', 'Update', 'Delete'];
    const all = ['Service', 'PhoneNumber', 'ShortCode', 'Session'].flatMap((kind) =>
      verbs.map((verb) => verb + kind),
    );
    const participant = ['List', 'Create', 'Fetch', 'Delete'].map((verb) => `${verb}Participant`);
    const message = ['List', 'Create', 'Fetch'].map((verb) => `${verb}MessageInteraction`);
    const interaction = ['List', 'Fetch', 'Delete'].map((verb) => `${verb}Interaction`);
    expect(ids).toEqual([...all, ...participant, ...message, ...interaction]);
  });

  it('describes forms by the schemas that read them, numbers as numbers', () => {
    expect(operationOf(`post ${services}`)?.requestBody).toMatchObject({
      content: {
        [form]: {
          schema: {
            required: ['UniqueName'],
            properties: {
              UniqueName: { type: 'string', maxLength: 191 },
              CallbackUrl: { format: 'uri' },
              DefaultTtl: { type: 'integer', format: 'int32', minimum: 0, maximum: 2_147_483_647 },
            },
          },
        },
      },
    });
  });

  it('names the parameters of lists and the headers of POST, none of them required', () => {
    const named = (name: string, where: string) =>
      operationOf(name)?.parameters?.flatMap((parameter) =>
        'in' in parameter && parameter.in === where
          ? [
              `${parameter.name} ${String(parameter.required)} ${String((parameter.description ?? '') !== '')}`,
            ]
          : [],
      );
    for (const list of [services, sessions]) {
      expect(named(`get ${list}`, 'query')).toEqual([
        'PageSize false true',
        'Page false true',
        'PageToken false true',
      ]);
    }
    for (const path of [services, service, sessions, session]) {
      expect(named(`post ${path}`, 'header')).toEqual([
        'I-Twilio-Idempotency-Token false true',
        'Idempotency-Key false true',
      ]);
      expect(named(`get ${path}`, 'header')).toEqual([]);
    }
  });

  it('asks for a body only where a parameter is required', () => {
    const paths = [services, service, phoneNumbers, phoneNumber, shortCodes, sessions, session, participants];
    const required = [...paths, messages].map((path) => {
      const body = operationOf(`post ${path}`)?.requestBody;
      return body !== undefined && 'required' in body && body.required;
    });
    expect(required).toEqual([true, false, false, false, true, false, false, true, false]);
  });

  it('says that paths take SIDs and names', () => {
    expect(operationOf(`get ${session}`)?.parameters).toMatchObject(
      ['serviceSid', 'sessionSid'].map((name) => ({ name, description: 'The SID or the unique name.' })),
    );
    expect(operationOf(`get ${interaction}`)?.parameters?.at(2)).toMatchObject({
      name: 'interactionSid',
      description: 'The SID.',
    });
  });

  it('keeps every schema of an answer once, under its name', () => {
    expect(Object.keys(document.components?.schemas ?? {}).sort()).toEqual([
      'Capabilities',
      'Error',
      'Interaction',
      'ListInteractionResponse',
      'ListMessageInteractionResponse',
      'ListParticipantResponse',
      'ListPhoneNumberResponse',
      'ListServiceResponse',
      'ListSessionResponse',
      'ListShortCodeResponse',
      'MessageInteraction',
      'PageMeta',
      'Participant',
      'PhoneNumber',
      'Service',
      'Session',
      'ShortCode',
    ]);
    const references = new Set(JSON.stringify(document).match(/"\$ref":"[^"]*"/g));
    for (const reference of references) expect(reference).toMatch(/^"\$ref":"#\/components\/schemas\/\w+"$/);
  });
});

describe('a real answer', () => {
  const schemas = {
    Service: serviceSchema,
    Session: sessionSchema,
    ListServiceResponse: servicePageSchema,
    ListSessionResponse: sessionPageSchema,
    Error: errorSchema,
  };
  const big = { UniqueName: 'x'.repeat(1_100_000) };
  const settings = {
    UniqueName: 'with-all',
    DefaultTtl: '60',
    CallbackUrl: 'https://app.example.test/a',
    InterceptCallbackUrl: 'https://app.example.test/b',
    OutOfSessionCallbackUrl: 'https://app.example.test/c',
    ChatInstanceSid: `IS${'a'.repeat(32)}`,
  };

  // In this order: the session and then the service are gone at the end.
  it.each<[string, number, keyof typeof schemas | null, Call?, string?]>([
    [`get ${services}`, 200, 'ListServiceResponse', {}, '?PageSize=1'],
    [`get ${services}`, 400, 'Error', {}, '?PageToken=x'],
    [`get ${services}`, 401, 'Error', { login: { username: 'AC', password: 'x' } }],
    [`post ${services}`, 201, 'Service', { body: settings }],
    [`post ${services}`, 400, 'Error', { body: { UniqueName: 'described' } }],
    [`post ${services}`, 413, 'Error', { body: big }],
    [`get ${service}`, 200, 'Service'],
    [`post ${service}`, 200, 'Service', { body: { DefaultTtl: '3600' } }],
    [`get ${sessions}`, 200, 'ListSessionResponse'],
    [`post ${sessions}`, 201, 'Session', { headers: { 'Idempotency-Key': 'a' } }],
    [`post ${sessions}`, 409, 'Error', { body: { Ttl: '5' }, headers: { 'Idempotency-Key': 'a' } }],
    [`post ${session}`, 200, 'Session', { body: { Status: 'in-progress', DateExpiry: '2100-01-01' } }],
    [`post ${session}`, 200, 'Session', { body: { Status: 'closed' } }],
    [`post ${session}`, 400, 'Error', { body: { Ttl: '60' } }],
    [`get ${session}`, 200, 'Session'],
    [`delete ${session}`, 400, 'Error', { body: '{}', headers: { 'Content-Type': 'application/json' } }],
    [`delete ${session}`, 413, 'Error', { body: big }],
    [`delete ${session}`, 204, null],
    [`delete ${session}`, 404, 'Error'],
    [`delete ${service}`, 204, null],
    [`get ${sessions}`, 404, 'Error'],
  ])('of %s with %i is what was described: %s', async (name, status, schema, options = {}, query = '') => {
    const [method = '', template = ''] = name.split(' ');
    const path = template.replace('{serviceSid}', serviceSid).replace('{sessionSid}', sessionSid);
    const reply = await ask(method.toUpperCase(), path + query, options);

    expect(reply.status).toBe(status);
    const response = operationOf(name)?.responses[status];
    if (schema === null) {
      expect([reply.text, response]).toEqual(['', { description: 'Deleted' }]);
      return;
    }
    expect(response).toMatchObject({
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
    });
    // What a schema does not know is dropped, at any depth.
    expect(schemas[schema].parse(reply.body)).toEqual(reply.body);
  });
});
