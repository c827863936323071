import { Body, Query, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { z } from 'zod';
import { DomainError, parameterInvalid } from '#domain';
import { pageQuery, refusalCodeOf, RequestError } from '#wire';

/** Reads a value by the schema of its parameter, without a promise: no schema of ours waits for anything. */
class SchemaPipe implements PipeTransform {
  constructor(private readonly refusal: (parameter: string, why: string, issue: unknown) => Error) {}

  transform(value: unknown, { schema }: ArgumentMetadata): unknown {
    const result = schema?.['~standard'].validate(value ?? {});
    if (result === undefined || result instanceof Promise)
      throw new Error('a form needs a synchronous schema');
    if (result.issues === undefined) return result.value;
    const [issue] = result.issues;
    const parameter = issue?.path?.[0];
    throw this.refusal(typeof parameter === 'string' ? parameter : 'body', issue?.message ?? '', issue);
  }
}

const formPipe = new SchemaPipe((parameter, why, issue) => {
  const code = refusalCodeOf(issue);
  return code === null ? parameterInvalid(parameter, why) : new DomainError(code, why);
});
const pagePipe = new SchemaPipe((parameter, why) =>
  // All that can be wrong with a number: SDKs end their walk through the pages on its code.
  parameter === 'Page'
    ? new RequestError('page-out-of-range')
    : new RequestError('bad-request', `'${parameter}' is invalid. ${why}`),
);

/** Of bodies and queries that are not Twilio's. */
export const queryPipe = new SchemaPipe(
  (parameter, why) => new RequestError('bad-request', `'${parameter}' is invalid. ${why}`),
);

/** For OpenAPI: the only bodies that are taken. */
export const ApiForms = () => ApiConsumes('application/x-www-form-urlencoded');

/** The form in the body as the wish that its schema makes of it. */
export const Form = (schema: z.ZodType) => Body({ schema, pipes: [formPipe] });

/** The JSON in the body, on the routes that take some. */
export const Json = (schema: z.ZodType) => Body({ schema, pipes: [queryPipe] });

/** The page that the query asks for. */
export const PageOf = () => Query({ schema: pageQuery, pipes: [pagePipe] });
