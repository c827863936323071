import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { call, cleanUp, testDatabase } from '#testing';
import { serveApi } from '../spec/serve-api.js';
import { openApi } from '../ops/serve-docs.js';
import { adminOpenApi } from './serve-admin-docs.js';

let api: Awaited<ReturnType<typeof serveApi>>;
let document: OpenAPIObject;

beforeAll(async () => {
  const { database } = await testDatabase();
  api = await serveApi(database, { exposure: { metrics: 'open', docs: 'login' } });
  cleanUp(() => api.app.close());
  document = adminOpenApi(api.app);
});

describe('the OpenAPI document of the admin API', () => {
  it('describes its routes and no others, and those of Twilio are described elsewhere', () => {
    const paths = Object.keys(document.paths);
    expect(paths).toHaveLength(36);
    for (const path of paths) expect(path).toMatch(/^\/admin\/v1\/[A-Z]/);
    for (const path of Object.keys(openApi(api.app).paths)) expect(path).toMatch(/^\/v1\//);
  });

  it('says of every route what it does, and that roles may not reach so far', () => {
    for (const { get, post, delete: remove } of Object.values(document.paths)) {
      for (const operation of [get, post, remove]) {
        if (operation === undefined) continue;
        expect(operation.summary).toMatch(/^[A-Z]/);
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '429']));
        if (operation !== get) expect(Object.keys(operation.responses)).toContain('403');
      }
    }
  });

  it('says where a conflict is meant, and offers a key only where one is taken', () => {
    const keyed = (path: string) =>
      document.paths[path]?.post?.parameters?.some((one) => 'in' in one && one.in === 'header') ?? false;
    expect(keyed('/admin/v1/Sessions/Close')).toBe(true);
    for (const path of ['Consumers', 'DeadLetters/{deadLetterId}/Retry', 'DeadLetters/{deadLetterId}/Skip']) {
      expect(Object.keys(document.paths[`/admin/v1/${path}`]?.post?.responses ?? {})).toContain('409');
      expect(keyed(`/admin/v1/${path}`)).toBe(false);
    }
  });

  it('describes what it reads by the schemas that read it', () => {
    const search = document.paths['/admin/v1/Sessions']?.get?.parameters?.map((one) =>
      'name' in one ? one.name : '',
    );
    expect(search).toEqual(expect.arrayContaining(['Status', 'Identifier', 'DateCreatedFrom', 'PageToken']));
    expect(document.paths['/admin/v1/Sessions/{sessionSid}/Reveal']?.post?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { required: ['Reason'] } } },
    });
  });

  it('says of the stream of events that it is one', () => {
    const stream = document.paths['/admin/v1/Events/Stream']?.get;
    expect(stream?.responses['200']).toMatchObject({ content: { 'text/event-stream': expect.anything() } });
    expect(stream?.parameters).toContainEqual(
      expect.objectContaining({ name: 'Last-Event-ID', in: 'header', required: false }),
    );
  });

  it('is exposed as the operator says', async () => {
    expect((await call(api.url, 'GET', '/docs-json')).status).toBe(401);
  });
});
