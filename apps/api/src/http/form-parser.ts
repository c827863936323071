import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { decodeForm, RequestError } from '#wire';
import { isAdmin, isSimulator } from './api-path.js';

/** Larger than any form of this API: a session with two participants stays below 10 kB. */
export const MAX_BODY_BYTES = 1_048_576;

/** The phones of the simulator and the admin API speak JSON; a text or a list of a thousand SIDs fits. */
const MAX_JSON_BYTES = 65_536;

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const UNKNOWN_TYPE = 'application/octet-stream';
const WELL_FORMED = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

/**
 * Bodies are forms, also without a type, and JSON where that is spoken. An empty body is a legal one under any type or none (node
 * sends none then).
 */
export function acceptForms(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', (request, _reply, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    // Without a body its type means nothing, and Fastify would refuse one that is malformed.
    if (length === '0' && encoding === undefined) delete request.headers['content-type'];
    else request.headers['content-type'] = typeOf(request.headers['content-type']);
    done();
  });
  const read = (type: string, decode: (body: Buffer, route: string) => unknown) => {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      try {
        done(null, body.length === 0 ? {} : decode(body, request.routeOptions.url ?? ''));
      } catch (error) {
        // What decodes throws nothing but our errors.
        done(error as Error);
      }
    });
  };
  // A form has no types but text, so of the admin API's parameters half would be taken. The simulator's are nearly all text.
  read(FORM, (body, route) => (isAdmin(route) ? refuse(JSON_TYPE) : decodeForm(body)));
  read(JSON_TYPE, (body, route) => (isAdmin(route) || isSimulator(route) ? decodeJson(body) : refuse(FORM)));
  read('*', (_body, route) => refuse(isAdmin(route) ? JSON_TYPE : FORM));
}

/** Fastify refuses a malformed type before anybody knows whether there is a body: to us it is one of those that nobody takes. */
function typeOf(header: string | undefined): string {
  if (header === undefined) return FORM;
  return WELL_FORMED.test(header) ? header : UNKNOWN_TYPE;
}

function refuse(expected: string): never {
  throw new RequestError('bad-request', `The body must be ${expected}.`);
}

function decodeJson(body: Buffer): unknown {
  if (body.length > MAX_JSON_BYTES) throw new RequestError('body-too-large');
  try {
    if (!isUtf8(body)) throw new SyntaxError();
    return JSON.parse(body.toString());
  } catch {
    throw new RequestError('bad-request', 'The body is not JSON.');
  }
}
