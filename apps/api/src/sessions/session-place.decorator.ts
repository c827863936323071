import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { SessionPlace } from '#read-model';
import { RequestError } from '#wire';

/** The session in the path, as one of the caller's account. */
export const Place = createParamDecorator((_: undefined, host: ExecutionContext): SessionPlace => {
  const { caller, params } = host.switchToHttp().getRequest<FastifyRequest>();
  if (caller === null) throw new RequestError('unauthenticated');
  // Routes with this decorator name both.
  const { serviceSid, sessionSid } = params as { readonly serviceSid: string; readonly sessionSid: string };
  return { accountSid: caller.accountSid, serviceSid, sessionSid };
});
