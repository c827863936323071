import { randomUUID } from 'node:crypto';
import { Controller, Param, Post } from '@nestjs/common';
import { callbackFailure, Callbacks } from '#application';
import { ServiceQueries } from '#read-model';
import { RequestError, testCallback, testCallbackSchema } from '#wire';
import { Operation } from '../http/operation.js';
import { AccountSid } from '../http/request.decorators.js';
import { ApiJson } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/Services/:serviceSid/TestCallback')
export class TestCallbackController {
  constructor(
    private readonly services: ServiceQueries,
    private readonly callbacks: Callbacks,
  ) {}

  /** One call as any callback is made, with its limits and retries on the way; it is no delivery. */
  @Post()
  @Operation(
    'Call the CallbackUrl of a service with a signed test',
    200,
    testCallbackSchema,
    400,
    403,
    404,
    413,
  )
  async create(@Param('serviceSid') serviceSid: string, @AccountSid() accountSid: string) {
    const service = await this.services.get(accountSid, serviceSid);
    if (service.callback_url === null)
      throw new RequestError('bad-request', 'The service has no CallbackUrl.');
    const idempotencyToken = randomUUID();
    const form = testCallback(service, new Date().toISOString());
    const began = performance.now();
    const outcome = await this.callbacks.inform({
      accountSid,
      url: service.callback_url,
      form,
      idempotencyToken,
    });
    const failure = callbackFailure(outcome);
    return {
      service_sid: service.sid,
      is_success: failure === null,
      status: outcome.kind === 'answered' ? outcome.status : null,
      failure,
      milliseconds: Math.round(performance.now() - began),
      idempotency_token: idempotencyToken,
    };
  }
}
