import { Query } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { z } from 'zod';
import { ownPipe } from '../http/json.pipe.js';

/** For OpenAPI: the bodies that are taken. */
export const ApiJson = () => ApiConsumes('application/json');

/** The query as what its schema makes of it. */
export const QueryOf = (schema: z.ZodType) => Query({ schema, pipes: [ownPipe] });
