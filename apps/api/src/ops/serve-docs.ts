import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The API as OpenAPI, written from the very schemas that read the requests. */
export function openApi(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Maskline')
    .setDescription("Masked calls and texts over Twilio's Proxy v1 API.")
    .setVersion('1')
    .addBasicAuth()
    .addSecurityRequirements('basic')
    .build();
  return SwaggerModule.createDocument(app, description);
}

/** Pages at /docs, the document itself at /docs-json. Written when it is first asked for, to keep the start short. */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApi(app), { jsonDocumentUrl: 'docs-json', raw: ['json'] });
}
