import { z } from 'zod';
import type { SidPrefix } from '#domain';
import { MAX_TTL } from './fields.js';

// What answers consist of, for OpenAPI. They are checked by the compiler and by specs; no answer is read by them.

/** An object of an answer, under its name in Twilio's own description. A later version may show more of it. */
export function answer<const Shape extends z.ZodRawShape>(id: string, shape: Shape) {
  return z.object(shape).meta({ id, additionalProperties: true });
}

export function sidOf(prefix: SidPrefix) {
  return z.string().regex(new RegExp(`^${prefix}[0-9a-f]{32}$`));
}

/** As `wireDate` writes it. */
export const dateOf = (description: string) =>
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    .meta({ description, format: 'date-time', example: '2026-01-02T03:04:05Z' });

export const seconds = z.int().min(0).max(MAX_TTL).meta({ format: 'int32' });

/** A URL of this API. */
export const ownUrl = z.url({ protocol: /^https?$/ });

/** A URL of the caller's, kept as it was sent. */
export const anyUrl = z.string().meta({ format: 'uri' });

/** One of these or null, which OpenAPI 3.0 takes only where the list names it too. */
export function enumOrNull<const Value extends string>(values: readonly Value[]) {
  return z
    .enum(values)
    .nullable()
    .meta({ enum: [...values, null] });
}
