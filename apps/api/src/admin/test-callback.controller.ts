import { Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { SendTestCallback } from '#application';
import { testCallbackResource, testCallbackSchema } from '#wire';
import { Operation } from '../http/operation.js';
import { AccountSid } from '../http/request.decorators.js';
import { ApiJson } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/Services/:serviceSid/TestCallback')
export class TestCallbackController {
  constructor(private readonly commands: CommandBus) {}

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
    const tested = await this.commands.execute(new SendTestCallback(accountSid, serviceSid));
    return testCallbackResource(serviceSid, tested);
  }
}
