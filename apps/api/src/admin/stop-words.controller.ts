import { Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ChangeStopWords, MaskingRules } from '#application';
import type { EventContext } from '#event-store';
import { ServiceQueries } from '#read-model';
import { stopWordsResource, stopWordsSchema, stopWordsWish, type StopWordsWish } from '#wire';
import { Json } from '../http/json.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, Context } from '../http/request.decorators.js';
import { ApiJson } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/Services/:serviceSid/StopWords')
export class StopWordsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly services: ServiceQueries,
    private readonly rules: MaskingRules,
  ) {}

  @Get()
  @Operation('Fetch whether opt-out words are kept from the partner', 200, stopWordsSchema, 404)
  async fetch(@Param('serviceSid') serviceSid: string, @AccountSid() accountSid: string) {
    const service = await this.services.get(accountSid, serviceSid);
    return stopWordsResource(service, this.rules.respectsStopWords);
  }

  @Post()
  @Operation('Set whether opt-out words are kept from the partner', 200, stopWordsSchema, 400, 403, 404, 413)
  async update(
    @Param('serviceSid') serviceSid: string,
    @Json(stopWordsWish) { Respect: respected }: StopWordsWish,
    @Context() context: EventContext,
  ) {
    await this.commands.execute(new ChangeStopWords(serviceSid, respected, context));
    return this.fetch(serviceSid, context.accountSid);
  }
}
