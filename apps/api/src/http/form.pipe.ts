import { Body, Query } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { z } from 'zod';
import { DomainError, parameterInvalid } from '#domain';
import { pageQuery, refusalCodeOf, RequestError } from '#wire';
import { SchemaPipe } from './schema.pipe.js';

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

/** For OpenAPI: the only bodies that are taken. */
export const ApiForms = () => ApiConsumes('application/x-www-form-urlencoded');

/** The form in the body as the wish that its schema makes of it. */
export const Form = (schema: z.ZodType) => Body({ schema, pipes: [formPipe] });

/** The page that the query asks for. */
export const PageOf = () => Query({ schema: pageQuery, pipes: [pagePipe] });
