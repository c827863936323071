import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { version } from '#platform';
import { ApiModule } from '../api.module.js';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

const DESCRIPTION = `Masked calls and texts over Twilio's Proxy v1 API.

Forms in, JSON out. A method that a path does not take is answered 405 (20004) with \`Allow\`.`;

/** The API as OpenAPI, written from the very schemas that read the requests and are the types of the answers. */
export function openApi(app: NestFastifyApplication): OpenAPIObject {
  return describeApi(app, ApiModule, 'Maskline', DESCRIPTION);
}

/** The routes of one module as a document. */
export function describeApi(
  app: NestFastifyApplication,
  module: new () => object,
  title: string,
  text: string,
): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle(title)
    .setDescription(text)
    .setVersion(version)
    // Wherever the document was fetched from: a proxy in front of the service needs no setting for it.
    .addServer('/')
    .addBasicAuth({
      type: 'http',
      scheme: 'basic',
      description: 'Account SID and auth token, or API key SID and its secret.',
    })
    .addSecurityRequirements('basic')
    .build();
  // Twilio's names, from ours: `create` of `ServiceController` is CreateService.
  const operationIdFactory = (controller: string, method: string) =>
    method.charAt(0).toUpperCase() + method.slice(1) + controller.replace(/Controller$/, '');
  const document = SwaggerModule.createDocument(app, description, {
    operationIdFactory,
    include: [module],
  });
  for (const [path, { get, post, delete: remove }] of Object.entries(document.paths)) {
    for (const operation of [get, post, remove]) if (operation) complete(path, operation);
  }
  return document;
}

/** What Nest's decorators cannot say once for all routes. */
function complete(path: string, operation: OperationObject): void {
  const { parameters = [], requestBody } = operation;
  const others = parameters.filter((parameter) => !('in' in parameter) || parameter.in !== 'path');
  operation.parameters = [...pathParameters(path), ...others];
  // Nest calls every body required, but a form of which nothing is required may be left out.
  if (requestBody === undefined || '$ref' in requestBody) return;
  const schemas = Object.values(requestBody.content).map(({ schema }) => schema);
  requestBody.required = schemas.some((schema) => schema !== undefined && 'required' in schema);
}

const described: Readonly<Record<string, string>> = {
  serviceSid: 'The SID or the unique name.',
  sessionSid: 'The SID or the unique name.',
  consumerName: 'The name.',
  deadLetterId: 'The id, from the list.',
};

/** From the path itself, for a controller may read several of them at once. */
function pathParameters(path: string): NonNullable<OperationObject['parameters']> {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: described[name] ?? 'The SID.',
    schema: { type: 'string' },
  }));
}

/** Pages at /docs, the document itself at /docs-json. Written when it is first asked for, to keep the start short. */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApi(app), { jsonDocumentUrl: 'docs-json', raw: ['json'] });
}
