import { Body } from '@nestjs/common';
import type { z } from 'zod';
import { RequestError } from '#wire';
import { SchemaPipe } from './schema.pipe.js';

/** Of bodies and queries that are not Twilio's. */
export const ownPipe = new SchemaPipe(
  (parameter, why) => new RequestError('bad-request', `'${parameter}' is invalid. ${why}`),
);

/** The JSON in the body, on the routes that take some. */
export const Json = (schema: z.ZodType) => Body({ schema, pipes: [ownPipe] });
