import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { decodeForm, RequestError } from '#wire';
import { isAdmin, isSimulator } from './api-path.js';

/** Larger than any form of this API: a session with two participants stays below 10 kB. */
export const MAX_BODY_BYTES = 1_048_576;

/** The phones of the simulator and the admin API speak JSON; a text or a list of a thousand SIDs fits. */
const MAX_JSON_BYTES = 65_536;

const FORM = 'application/x-www-form-urlencoded';

/** Bodies are forms, also without a type; an empty body is a legal form under any type or none (node sends none then). */
export function acceptForms(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', (request, _reply, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    // Without a body its type means nothing, and Fastify would refuse one that is malformed.
    if (length === '0' && encoding === undefined) delete request.headers['content-type'];
    else request.headers['content-type'] ??= FORM;
    done();
  });
  server.addContentTypeParser(FORM, { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, decodeForm(body));
    } catch (error) {
      // decodeForm throws nothing but our errors.
      done(error as Error);
    }
  });
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      const route = request.routeOptions.url ?? '';
      done(null, isSimulator(route) || isAdmin(route) ? decodeJson(body) : refuseAll(body));
    } catch (error) {
      // Both throw nothing but our errors.
      done(error as Error);
    }
  });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, refuseAll(body));
    } catch (error) {
      // It throws nothing but our errors.
      done(error as Error);
    }
  });
}

function refuseAll(body: Buffer): object {
  if (body.length === 0) return {};
  throw new RequestError('bad-request', `The body must be ${FORM}.`);
}

function decodeJson(body: Buffer): unknown {
  if (body.length > MAX_JSON_BYTES) throw new RequestError('body-too-large');
  if (body.length === 0) return {};
  try {
    if (!isUtf8(body)) throw new SyntaxError();
    return JSON.parse(body.toString());
  } catch {
    throw new RequestError('bad-request', 'The body is not JSON.');
  }
}
