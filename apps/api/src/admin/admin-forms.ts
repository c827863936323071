import { Query } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { z } from 'zod';
import { queryPipe } from '../http/form.pipe.js';

/** For OpenAPI: the bodies that are taken. */
export const ApiJson = () => ApiConsumes('application/json');

/** The query as what its schema makes of it. */
export const QueryOf = (schema: z.ZodType) => Query({ schema, pipes: [queryPipe] });
