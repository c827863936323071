import type { FastifyInstance } from 'fastify';
import { decodeForm, RequestError } from '#wire';

/** Larger than any form of this API: a session with two participants stays below 10 kB. */
export const MAX_BODY_BYTES = 1_048_576;

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
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    if (body.length === 0) done(null, {});
    else done(new RequestError('bad-request', `The body must be ${FORM}.`));
  });
}
