import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { readSid } from '#domain';
import { RequestError } from '#wire';

export interface WebhookAddress {
  readonly accountSid: string;
  readonly serviceSid: string;
}

/** Whose webhook it is, by its path: no login says so. */
export function webhookPlace({ params }: FastifyRequest): WebhookAddress {
  // Every route here names both.
  const path = params as { readonly accountSid: string; readonly serviceSid: string };
  const accountSid = readSid('AC', path.accountSid);
  const serviceSid = readSid('KS', path.serviceSid);
  if (accountSid === null || serviceSid === null) throw new RequestError('resource-not-found');
  return { accountSid, serviceSid };
}

export const WebhookPlace = createParamDecorator((_: undefined, host: ExecutionContext) =>
  webhookPlace(host.switchToHttp().getRequest<FastifyRequest>()),
);
