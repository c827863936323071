import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Carrier } from '#carrier';
import { hasValidSignature, RequestError, type Form } from '#wire';
import { ForgedWebhooks } from './forged-webhooks.js';
import { webhookPlace } from './webhook-place.js';

/** Lets in what the carrier has signed (contract §12b): these paths take no login. */
@Injectable()
export class CarrierGuard implements CanActivate {
  constructor(
    private readonly carrier: Carrier,
    private readonly forged: ForgedWebhooks,
  ) {}

  async canActivate(host: ExecutionContext): Promise<boolean> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const place = webhookPlace(request);
    const signature = request.headers['x-twilio-signature'];
    const token = await this.carrier.webhookToken(place.accountSid);
    const isSigned =
      token !== null &&
      typeof signature === 'string' &&
      hasValidSignature({
        token,
        // As the carrier called it: behind a proxy the request itself knows less.
        url: `${request.baseUrl}${request.url}`,
        params: pairsOf(request.body as Form | undefined),
        signature,
      });
    if (isSigned) return true;
    await this.forged.report(place);
    throw new RequestError('forbidden');
  }
}

/** A form as it was decoded; without a body there is none. */
export function pairsOf(form: Form | undefined): (readonly [string, string])[] {
  return Object.entries(form ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : value.map((one) => [name, one] as const),
  );
}
