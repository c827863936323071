import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credentials } from '#application';
import { ServiceQueries, SessionQueries } from '#read-model';
import type { Config } from '#platform';
import { RequestError } from '#wire';
import { Registry } from 'prom-client';
import { isAdmin, isApi, isCarrierWebhook, isSimulator } from './api-path.js';
import { authenticate } from './authenticate.js';
import { baseUrls } from './base-url.js';
import { FailedLogins } from './failed-logins.js';
import { acceptForms } from './form-parser.js';
import { maskAnswers } from './mask-answers.js';
import { limitPipelining } from './limit-pipelining.js';
import { observeRequests } from './observe-requests.js';
import { resolvePath } from './resolve-path.js';
import { mayReach, mayUse } from './roles.js';
import { RouteTable } from './route-table.js';
import type { RateLimits } from '../rate-limits/rate-limits.js';
import { pathOf } from './send-error.js';
import { TwilioErrorFilter } from './twilio-error.filter.js';

const METHODS = 'GET, POST, DELETE, OPTIONS';

/** Contract §9.6. Browsers may call, but without a user's cookies: every caller brings its own credentials. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Retry-After, Twilio-Request-Duration, Twilio-Request-Id',
};
const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': METHODS,
  'Access-Control-Allow-Headers':
    'Accept, Authorization, Content-Type, Idempotency-Key, I-Twilio-Idempotency-Token, Last-Event-ID',
  'Access-Control-Max-Age': 86_400,
  Allow: METHODS,
};

/** The settings of what every request meets. */
export type HttpConfig = Pick<
  Config,
  'PUBLIC_URL' | 'TRUST_PROXY' | 'FAILED_LOGINS' | 'METRICS' | 'DOCS' | 'MASKLINE_ACCOUNT_SID'
>;

/**
 * What every request shares, as Fastify hooks: they cost a fraction of Nest's middleware and interceptors, and they
 * also see requests that no route takes. To be called before `app.init()`.
 */
export function configureHttp(
  app: NestFastifyApplication,
  config: HttpConfig,
  limits: RateLimits | null = null,
): void {
  const server = app.getHttpAdapter().getInstance();
  const credentials = app.get(Credentials);
  const services = app.get(ServiceQueries);
  const sessions = app.get(SessionQueries);
  const routes = new RouteTable();
  const baseUrl = baseUrls(config.PUBLIC_URL);
  const failedLogins = new FailedLogins(config.FAILED_LOGINS);
  app.useGlobalFilters(new TwilioErrorFilter());
  acceptForms(server);
  observeRequests(server, app.get(Registry));
  maskAnswers(server);
  const requireRead = limitPipelining();
  // Node asks whoever listens what to do with an `Expect` that it does not know; the hook below answers.
  server.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.routing(request, response);
  });
  server.decorateRequest('caller', null);
  server.decorateRequest('baseUrl', '');

  server.addHook('onRoute', ({ url, method }) => {
    if (isApi(url) || isAdmin(url) || isSimulator(url)) routes.add(url, method);
  });

  server.addHook('onRequest', async (request, reply) => {
    reply.header('Twilio-Request-Id', request.id);
    refuseUnmet(request, reply);
    // The route's template spares the decoding: the path itself may spell the same route with percent signs.
    const route = request.routeOptions.url ?? pathOf(request);
    if (isApi(route) || isAdmin(route)) {
      reply.headers(CORS_HEADERS);
      if (request.method === 'OPTIONS') {
        return reply.code(204).headers(PREFLIGHT_HEADERS).send();
      }
    }
    if (isApi(route) || isAdmin(route) || isSimulator(route)) {
      requireRead(request, reply);
      if (!isCarrierWebhook(route))
        request.caller = await authenticate(request, reply, credentials, failedLogins);
      request.baseUrl = baseUrl(request);
    } else {
      const exposure = exposureOf(route, config);
      if (exposure === 'off') throw new RequestError('resource-not-found');
      if (exposure === 'login') await authenticate(request, reply, credentials, failedLogins);
    }
    if (request.is404) refuseUnrouted(request, reply, routes);
    const { caller } = request;
    if (caller === null) return;
    const { accountSid, role } = caller;
    if (!mayUse(role, request.method, route) || !mayReach(accountSid, route, config.MASKLINE_ACCOUNT_SID)) {
      throw new RequestError('forbidden');
    }
    await resolvePath(request, accountSid, services, sessions);
    if (limits !== null && isApi(route)) await limits.take(request, reply, caller, route);
  });

  let isClosing = false;
  server.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    // What is in flight is still answered; its caller should come again by another connection.
    if (isClosing) reply.header('Connection', 'close');
    reply.header('Twilio-Request-Duration', (reply.elapsedTime / 1000).toFixed(3));
    done(null, payload);
  });
}

/** Before the body is read: that of a request to nowhere, or by a wrong method, matters as little as its form. */
function refuseUnrouted(request: FastifyRequest, reply: FastifyReply, routes: RouteTable): never {
  const allowed = routes.methodsOf(pathOf(request));
  // A path may fit a route and yet name nothing, when it cannot be decoded.
  if (allowed.length === 0 || allowed.includes(request.method)) throw new RequestError('resource-not-found');
  reply.header('Allow', allowed.join(', '));
  throw new RequestError('method-not-allowed');
}

/** What Node itself would refuse, but without a body. Both rules came with HTTP/1.1. */
function refuseUnmet({ raw, headers }: FastifyRequest, reply: FastifyReply): void {
  if (raw.httpVersion !== '1.1') return;
  if (headers.host === undefined) {
    reply.header('Connection', 'close');
    throw new RequestError('bad-request', 'The Host header is missing.');
  }
  if (headers.expect !== undefined && !/\b100-continue\b/i.test(headers.expect)) {
    throw new RequestError('expectation-failed');
  }
}

/** Whom the operator shows what is not the API. */
function exposureOf(route: string, { METRICS, DOCS }: HttpConfig): HttpConfig['METRICS'] {
  if (route === '/metrics') return METRICS;
  return /^(?:\/admin)?\/docs(?:$|[/-])/.test(route) ? DOCS : 'open';
}
