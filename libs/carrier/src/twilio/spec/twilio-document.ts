import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#platform';

// Twilio's own OpenAPI file, as far as requests can be checked by it.

interface Schema {
  readonly pattern?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

type Method = 'get' | 'post' | 'delete';

const file = 'node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json';
// The file is Twilio's, and a spec fails on it where it is otherwise.
const { paths } = JSON.parse(readFileSync(join(packageRoot, file), 'utf8')) as {
  readonly paths: Readonly<Record<string, Partial<Record<Method, Operation>>>>;
};

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
}

/** What of a request is not as the document has it; nothing when all is. */
export function violationsOf({ method, path, query, form }: Request): string[] {
  for (const [template, operations] of Object.entries(paths)) {
    const values = match(template, path);
    if (values === null) continue;
    const operation = operations[method.toLowerCase() as Method];
    if (operation === undefined) return [`${template} takes no ${method}`];
    const { parameters = [], requestBody } = operation;
    const declared = (place: string) => parameters.filter((parameter) => parameter.in === place);
    const body = requestBody?.content['application/x-www-form-urlencoded']?.schema ?? {};
    return [
      ...check('path', values, schemasOf(declared('path'))),
      ...check('query', [...query], schemasOf(declared('query'))),
      ...check('form', [...form], new Map(Object.entries(body.properties ?? {}))),
      ...(body.required ?? []).filter((name) => !form.has(name)).map((name) => `form: ${name} is missing`),
    ];
  }
  return [`there is no ${path}`];
}

function schemasOf(parameters: readonly Parameter[]): Map<string, Schema> {
  return new Map(parameters.map(({ name, schema }) => [name, schema]));
}

function match(template: string, path: string): [string, string][] | null {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const pattern = template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/.]+)');
  const values = new RegExp(`^${pattern}$`).exec(path)?.slice(1);
  return values === undefined ? null : names.map((name, i) => [name, values[i] ?? '']);
}

function check(place: string, values: readonly [string, string][], schemas: Map<string, Schema>): string[] {
  return values.flatMap(([name, value]) => {
    const schema = schemas.get(name);
    if (schema === undefined) return [`${place}: there is no ${name}`];
    return fits(schema, value) ? [] : [`${place}: ${name} is not as declared`];
  });
}

/** An empty value takes something away. */
function fits({ pattern, type, format, enum: words }: Schema, value: string): boolean {
  if (value === '') return true;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return false;
  if (words !== undefined && !words.includes(value)) return false;
  if (format === 'uri' && !URL.canParse(value)) return false;
  return type !== 'integer' || /^\d+$/.test(value);
}
