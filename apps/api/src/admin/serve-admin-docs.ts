import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { describeApi } from '../ops/serve-docs.js';
import { AdminModule } from './admin.module.js';

const DESCRIPTION = `How an account of Maskline is run. Not a part of Twilio's API.

JSON in, JSON out. API keys with the role read-only may GET, and are shown neither who people are nor what they say; keys and tokens are changed with the auth token of the account. Consumers are of the whole installation: the account that MASKLINE_ACCOUNT_SID names reaches them, and no other.`;

/** The admin API as OpenAPI, a document of its own. */
export function adminOpenApi(app: NestFastifyApplication): OpenAPIObject {
  return describeApi(app, AdminModule, 'Maskline admin', DESCRIPTION);
}

/** Pages at /admin/docs, the document itself at /admin/docs-json. */
export function serveAdminDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('admin/docs', app, () => adminOpenApi(app), {
    jsonDocumentUrl: 'admin/docs-json',
    raw: ['json'],
  });
}
