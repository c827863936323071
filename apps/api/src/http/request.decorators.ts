import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#application';
import type { EventContext } from '#event-store';
import { RequestError } from '#wire';
import { idempotency } from './idempotency.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where nobody had to say who they are. */
    caller: Caller | null;
    baseUrl: string;
  }
}

const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The account that a request acts for: nothing of any other account can be reached. */
export const AccountSid = createParamDecorator(
  (_: undefined, host: ExecutionContext) => callerOf(requestOf(host)).accountSid,
);

/** What the URLs of the answer start with. */
export const BaseUrl = createParamDecorator(
  (_: undefined, host: ExecutionContext) => requestOf(host).baseUrl,
);

/** Who asks for a change, and as which request: kept with every event that comes of it. */
export const Context = createParamDecorator((_: undefined, host: ExecutionContext): EventContext => {
  const request = requestOf(host);
  const { accountSid, actor } = callerOf(request);
  const traceParent = request.headers['traceparent'];
  return {
    accountSid,
    actor,
    requestId: request.id,
    correlationId: request.id,
    causationId: null,
    traceParent: typeof traceParent === 'string' && TRACE_PARENT.test(traceParent) ? traceParent : null,
    idempotency: idempotency(request, accountSid),
  };
});

function requestOf(host: ExecutionContext): FastifyRequest {
  return host.switchToHttp().getRequest<FastifyRequest>();
}

/** A route that was forgotten by authentication is closed, not open. */
function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new RequestError('unauthenticated');
  return request.caller;
}
