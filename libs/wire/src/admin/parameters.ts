import { z } from 'zod';
import { readSid, type SidPrefix } from '#domain';
import { readDateTime } from '../date-time.js';
import { storable } from '../json-fields.js';

// The parameters of the admin API: of queries as text, of bodies as JSON. Why a value is refused never repeats the value.

/** A body in JSON. A parameter that there is not is refused: a slip would be done without what was meant. */
export function body<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'It has a parameter that there is not.'
        : 'It must be an object in JSON.',
  });
}

/** A repeated parameter counts once, with its last value; an empty one is not given. */
export function parameter<T>(
  description: string,
  read: (text: string) => T | null,
  expected: string,
  type: Readonly<Record<string, unknown>> = { type: 'string' },
) {
  return z
    .unknown()
    .meta({ ...type, description })
    .transform((value, context): T | null => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      if (last === undefined || last === null || last === '') return null;
      const result = typeof last === 'string' ? read(last) : null;
      if (result !== null) return result;
      context.addIssue({ code: 'custom', message: `It must be ${expected}.` });
      return z.NEVER;
    })
    .optional()
    .transform((value) => value ?? null);
}

/** Text that PostgreSQL can be asked for. */
export const text = (description: string, most: number) =>
  parameter(
    description,
    (value) => (value.length <= most && !value.includes('\0') ? value : null),
    `text of at most ${most} characters`,
  );

export const sid = (prefix: SidPrefix, description: string) =>
  parameter(description, (value) => readSid(prefix, value), `a ${prefix} SID`);

export const oneOf = <const Value extends string>(values: readonly Value[], description: string) =>
  parameter(
    description,
    (value) => values.find((one) => one === value) ?? null,
    `one of ${values.join(', ')}`,
    { type: 'string', enum: values },
  );

export const time = (description: string) =>
  parameter(description, readDateTime, 'a date or a time in ISO 8601', {
    type: 'string',
    format: 'date-time',
  });

export const count = (description: string, from: number, to: number) =>
  parameter(
    description,
    (value) =>
      /^\d{1,16}$/.test(value) && Number(value) >= from && Number(value) <= to ? Number(value) : null,
    `a whole number from ${from} to ${to}`,
    { type: 'integer', minimum: from, maximum: to },
  );

const MAX_REASON = 500;

/** Why somebody asks for what is written down together with it. */
export const reason = (description: string) =>
  storable(
    z
      .string({ error: 'It is required, as text.' })
      .trim()
      .min(1, 'It is required, as text.')
      .max(MAX_REASON, `It is longer than ${MAX_REASON} characters.`),
  ).meta({ description });
