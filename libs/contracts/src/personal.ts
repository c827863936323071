import { z } from 'zod';

/** A field that tells about a person, encrypted as it lies in the log: only Maskline itself can open it. */
const sealed = z.object({ sealed: z.string(), subject: z.string() });

/** What is left of it once the person was erased. */
const erased = z.object({ erased: z.literal(true) });

/** A field that tells about a person: what it says, or its ciphertext, or that it was erased. */
export function personal<Schema extends z.ZodType>(value: Schema) {
  return z.union([value, sealed, erased]).meta({ personal: true });
}
