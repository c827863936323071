import { readFileSync } from 'node:fs';

interface Schema {
  readonly $ref?: string;
  readonly type?: 'string' | 'integer' | 'array' | 'object';
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const file = new URL(
  '../../../node_modules/@twilio/cli-core/src/services/twilio-api/twilio_proxy_v1.json',
  import.meta.url,
);

/** Twilio's own description of Proxy. The file is what it is; specs fail where it is not as read here. */
export const twilioOpenApi = JSON.parse(readFileSync(file, 'utf8')) as OpenApi;

const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Every way in which the value is not what the schema says, e.g. `body.url: null`. */
export function violations(value: unknown, schema: Schema, at: string): string[] {
  const known =
    schema.$ref === undefined ? schema : twilioOpenApi.components.schemas[schema.$ref.split('/').pop() ?? ''];
  if (known === undefined) return [`${at}: no schema`];
  if (value === null) return known.nullable === true ? [] : [`${at}: null`];
  if (known.type === undefined) return [`${at}: no type`];
  switch (known.type) {
    case 'string':
      if (typeof value !== 'string') return [`${at}: no string`];
      if (known.enum && !known.enum.includes(value)) return [`${at}: ${value}`];
      if (known.pattern && !new RegExp(known.pattern).test(value)) return [`${at}: pattern`];
      if (known.format === 'uri' && !URL.canParse(value)) return [`${at}: no URI`];
      return known.format === 'date-time' && !date.test(value) ? [`${at}: no date`] : [];
    case 'integer':
      return Number.isInteger(value) ? [] : [`${at}: no integer`];
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, i) => violations(item, known.items ?? {}, `${at}[${i}]`))
        : [`${at}: no array`];
    case 'object':
      if (typeof value !== 'object') return [`${at}: no object`];
      if (known.properties === undefined) return [];
      return Object.entries(value).flatMap(([key, inner]) => {
        const property = known.properties?.[key];
        return property === undefined
          ? [`${at}.${key}: unknown`]
          : violations(inner, property, `${at}.${key}`);
      });
  }
}
