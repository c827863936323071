import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_UNIQUE_NAME_LENGTH } from '#wire';
import { MAX_BODY_BYTES } from './form-parser.js';

const logger = new Logger('HTTP');

const SECOND = 1000;
/** A character of a unique name takes up to four bytes, each of them three characters in a path. */
const MAX_PATH_PARAMETER = MAX_UNIQUE_NAME_LENGTH * 12;
/** A path that no route takes. */
const NOWHERE = '/nowhere';

/** Fastify as this API needs it: patient with callers, but not with connections that only wait. */
export function createHttpAdapter(trustProxy: boolean | string[]): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy,
    bodyLimit: MAX_BODY_BYTES,
    genReqId: newRequestId,
    requestIdHeader: false,
    // A whole request must be there after 30 s, its head after 15 s; load balancers keep idle connections for 60 s.
    requestTimeout: 30 * SECOND,
    http: {
      headersTimeout: 15 * SECOND,
      connectionsCheckingInterval: 5 * SECOND,
      // A hook refuses such a request, with a body.
      requireHostHeader: false,
    },
    keepAliveTimeout: 65 * SECOND,
    connectionTimeout: 90 * SECOND,
    // While closing, what comes on an open connection is still answered, with `Connection: close`.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_PARAMETER },
    frameworkErrors: leadNowhere,
    clientErrorHandler: answerUnreadable,
    // Nest's middleware layer; there is no middleware here.
    skipMiddie: true,
  });
}

/** Twilio's form: RQ and 32 hexadecimal digits. */
function newRequestId(): string {
  return `RQ${randomUUID().replaceAll('-', '')}`;
}

/**
 * A path that is not percent-encoded UTF-8, or too long to name anything. Fastify would answer it without any hook:
 * it goes the way of every path that leads nowhere instead, and is authenticated, logged and counted like those.
 */
function leadNowhere(_error: Error, { raw, server }: FastifyRequest, reply: FastifyReply): void {
  // Where Fastify itself keeps the path of a request that was rewritten.
  Object.assign(raw, { originalUrl: raw.url, url: NOWHERE });
  server.routing(raw, reply.raw);
}

/** What is no HTTP request never reaches Fastify's handlers; its sender is told why before the connection ends. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  const requestId = newRequestId();
  // Neither what was sent nor by whom: what cannot be read may be anything.
  logger.log({ requestId, status, reason: error.code ?? 'unknown' });
  const body = JSON.stringify({
    code: 20001,
    message: reason,
    more_info: 'https://www.twilio.com/docs/errors/20001',
    status,
  });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nTwilio-Request-Id: ${requestId}\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
