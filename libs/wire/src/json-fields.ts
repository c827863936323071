import { z } from 'zod';
import { isStorable } from './storable.js';

// The values of bodies in JSON, as fields.ts has those of forms. Why one is refused never repeats it.

export const trueOrFalse = z.boolean('It must be true or false.');

export function wholeNumber(from: number, to: number) {
  const expected = `It must be a whole number from ${from} to ${to}.`;
  return z.int(expected).min(from, expected).max(to, expected);
}

export function storable(text: z.ZodString) {
  return text.refine(isStorable, 'It contains what is no character.');
}
