import { z } from 'zod';
import * as wire from '#wire';

/** What OpenAPI says of one parameter of a form. */
export interface Field {
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly items?: { readonly format?: string };
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface FormOf {
  readonly fields: Readonly<Record<string, Field>>;
  readonly required: readonly string[];
  /** The very schema by which the service reads it. */
  readonly schema: z.ZodType;
}

export interface Endpoint {
  readonly method: string;
  /** As OpenAPI spells it: `/v1/Services/{serviceSid}`. */
  readonly template: string;
  readonly query: readonly string[];
  readonly headers: readonly string[];
  readonly form: FormOf | null;
  readonly contentType: RegExp;
  /** It is for the carrier, who signs: nobody else gets in, whatever their login. */
  readonly isSigned: boolean;
  /** By status: how the body must look, null where there is none. */
  readonly answers: ReadonlyMap<number, z.ZodType | null>;
}

interface Schema extends Field {
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const FORM = 'application/x-www-form-urlencoded';
export const JSON_TYPE = /^application\/json; charset=utf-8$/;

/** Every operation that the document of the running service describes, and the few routes beside it. */
export function endpointsOf(documentText: string): Endpoint[] {
  // An answer may show nothing that the document does not name, whatever leave that gives to later versions.
  const strict = documentText
    .replaceAll('"additionalProperties":true', '"additionalProperties":false')
    .replaceAll('#/components/schemas/', '#/definitions/');
  // The document says so itself; what is missing in it fails below.
  const { paths, components } = JSON.parse(strict) as Document;
  const answers = new Map<string, z.ZodType>();
  const answerOf = (schema: Schema): z.ZodType => {
    const key = JSON.stringify(schema);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const json: unknown = { ...schema, definitions: components.schemas };
    const made = z.fromJSONSchema(json as Parameters<typeof z.fromJSONSchema>[0], {
      defaultTarget: 'openapi-3.0',
    });
    answers.set(key, made);
    return made;
  };
  const described = Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]): Endpoint => {
      const named = (where: string) =>
        (operation.parameters ?? []).filter((one) => one.in === where).map(({ name }) => name);
      const form = operation.requestBody?.content[FORM]?.schema;
      return {
        method: method.toUpperCase(),
        template,
        query: named('query'),
        headers: named('header'),
        form: form === undefined ? null : formOf(form),
        contentType: JSON_TYPE,
        isSigned: false,
        answers: new Map(
          Object.entries(operation.responses).map(([status, { content }]) => {
            const schema = content?.['application/json']?.schema;
            return [Number(status), schema === undefined ? null : answerOf(schema)];
          }),
        ),
      };
    }),
  );
  return [...described, ...operatorsRoutes, ...webhooks];
}

/** Finds the schema of libs/wire that the document's form was written from, by its parameters. */
function formOf({ properties = {}, required = [] }: Schema): FormOf {
  const names = (keys: readonly string[]) => [...keys].sort().join();
  for (const schema of Object.values(wire)) {
    if (!(schema instanceof z.ZodType)) continue;
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    if (names(Object.keys(json.properties ?? {})) !== names(Object.keys(properties))) continue;
    if (names(json.required ?? []) === names(required)) return { fields: properties, required, schema };
  }
  throw new Error(`no schema of libs/wire has the parameters ${Object.keys(properties).join()}`);
}

/** Not in the document; `serve-docs.int.spec` sees to it that nothing else is missing there. */
const operatorsRoutes: readonly Endpoint[] = [
  route('/healthz', JSON_TYPE, z.strictObject({ status: z.literal('ok') })),
  route('/readyz', JSON_TYPE, z.object({ status: z.literal('ready') })),
  route('/metrics', /^text\/plain; version=0\.0\.4; charset=utf-8$/, z.string()),
  route('/docs', /^text\/html/, z.string()),
  route('/docs-json', JSON_TYPE, z.object({ openapi: z.string() })),
];

function route(template: string, contentType: RegExp, body: z.ZodType): Endpoint {
  const answers = new Map([[200, body]]);
  return {
    method: 'GET',
    template,
    query: [],
    headers: [],
    form: null,
    contentType,
    isSigned: false,
    answers,
  };
}

/** What the carrier reports with, by the names of its parameters. */
const report: FormOf = {
  fields: {
    From: { type: 'string', format: 'phone-number' },
    To: { type: 'string', format: 'phone-number', pattern: '' },
    Body: { type: 'string' },
    NumMedia: { type: 'integer', maximum: 10 },
    MediaUrl0: { type: 'string', format: 'uri' },
    MessageSid: { type: 'string', pattern: '^SM[0-9a-f]{32}$' },
    MessageStatus: { type: 'string', enum: ['sent', 'delivered', 'undelivered'] },
    CallSid: { type: 'string', pattern: '^CA[0-9a-f]{32}$' },
    CallStatus: { type: 'string', enum: ['ringing', 'in-progress', 'completed'] },
    DialCallStatus: { type: 'string', enum: ['answered', 'busy', 'failed'] },
    DialCallDuration: { type: 'integer', maximum: 14_400 },
    AccountSid: { type: 'string', pattern: '^AC[0-9a-f]{32}$' },
  },
  required: [],
  schema: z.looseObject({}),
};

const webhooks = ['Message', 'MessageStatus', 'Call', 'CallStatus', 'DialComplete'].map((name): Endpoint => ({
  method: 'POST',
  template: `/v1/Accounts/{accountSid}/Proxy/{serviceSid}/Webhooks/${name}`,
  query: ['interaction'],
  headers: ['X-Twilio-Signature'],
  form: report,
  contentType: JSON_TYPE,
  isSigned: true,
  answers: new Map([400, 403, 404, 413, 503].map((status) => [status, wire.errorSchema])),
}));
