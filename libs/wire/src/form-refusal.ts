import { z } from 'zod';
import type { DomainErrorCode } from '#domain';

/** What a form refuses with a code of its own; all else in it is an invalid parameter. */
const CODES = [
  'phone-number-invalid',
  'phone-number-sid-invalid',
  'too-many-participants',
] as const satisfies readonly DomainErrorCode[];
type FormRefusalCode = (typeof CODES)[number];

/** Says why a value is not taken, never what it was. */
export type Refuse = (why: string, code?: FormRefusalCode) => never;

/** What a schema let through, as a transform that may still refuse it; of a whole form, by the parameter that is missing. */
export function reading<From, To>(read: (value: From, refuse: Refuse) => To, missing?: string) {
  return (value: From, context: z.RefinementCtx): To =>
    read(value, (why, code) => {
      const path = missing === undefined ? [] : [missing];
      context.addIssue({ code: 'custom', path, message: why, params: { refusal: code } });
      return z.NEVER;
    });
}

const codedIssue = z.object({ params: z.object({ refusal: z.enum(CODES) }) });

/** The code of its own that a refused form has, or null. */
export function refusalCodeOf(issue: unknown): DomainErrorCode | null {
  return codedIssue.safeParse(issue).data?.params.refusal ?? null;
}
