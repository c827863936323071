import { HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CarrierRefused, CarrierUnavailable } from '#carrier';
import { DomainError } from '#domain';
import { errorReply, RequestError, RETRY_AFTER_SECONDS } from '#wire';
import { isDatabaseAway } from './is-database-away.js';

const logger = new Logger('HTTP');

/** Answers an error in Twilio's words. The only place where an error becomes a status. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = recognize(error);
  if (known === null) {
    logger.error({
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      err: error,
    });
  }
  const body = errorReply(known, pathOf(request));
  if (body.status === 401) reply.header('WWW-Authenticate', 'Basic realm="Twilio API"');
  if (body.status === 503) reply.header('Retry-After', RETRY_AFTER_SECONDS);
  reply.code(body.status).header('Content-Type', 'application/json; charset=utf-8').send(body);
}

/** As it was requested, without the query. */
export function pathOf({ originalUrl }: FastifyRequest): string {
  const query = originalUrl.indexOf('?');
  return query < 0 ? originalUrl : originalUrl.slice(0, query);
}

/** Null for what nobody foresaw. Nest and Fastify speak of a bad request through an HttpException with its status. */
function recognize(error: unknown): DomainError | RequestError | null {
  if (error instanceof DomainError || error instanceof RequestError) return error;
  if (isDatabaseAway(error)) return new DomainError('overloaded', 'the database cannot be reached');
  if (error instanceof CarrierRefused) return new RequestError('bad-request', error.message);
  if (error instanceof CarrierUnavailable) return new DomainError('overloaded', error.message);
  if (!(error instanceof HttpException)) return null;
  const status = error.getStatus();
  if (status === 404) return new RequestError('resource-not-found');
  if (status === 413) return new RequestError('body-too-large');
  return status < 500 ? new RequestError('bad-request', 'The request could not be read.') : null;
}
