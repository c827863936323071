import { Controller, Get, Param, Post } from '@nestjs/common';
import { DeadLetters } from '#application';
import type { EventContext, Wish } from '#event-store';
import {
  deadLetterList,
  deadLetterListSchema,
  deadLetterQuery,
  deadLetterResource,
  deadLetterSchema,
  skipWish,
  type DeadLetterQuery,
  type SkipWish,
} from '#wire';
import { Json } from '../http/json.pipe.js';
import { Conflict, Operation } from '../http/operation.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/DeadLetters')
export class DeadLetterController {
  constructor(private readonly letters: DeadLetters) {}

  @Get()
  @Operation('List the events of the account that could not be handled', 200, deadLetterListSchema, 400)
  async list(
    @QueryOf(deadLetterQuery) { reader, limit }: DeadLetterQuery,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return deadLetterList(await this.letters.list({ accountSid, reader }, limit), baseUrl);
  }

  @Get(':deadLetterId')
  @Operation('Fetch an event that could not be handled', 200, deadLetterSchema, 404)
  async fetch(
    @Param('deadLetterId') id: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return deadLetterResource(await this.letters.get(accountSid, id), baseUrl);
  }

  @Post(':deadLetterId/Retry')
  @Conflict('Something was asked for it before')
  @Operation('Have an event handled, and then what waits behind it', 200, deadLetterSchema, 403, 404, 413)
  retry(@Param('deadLetterId') id: string, @Context() context: EventContext, @BaseUrl() baseUrl: string) {
    return this.#ask(id, { what: 'retry' }, context, baseUrl);
  }

  @Post(':deadLetterId/Skip')
  @Conflict('Something was asked for it before')
  @Operation(
    'Never have an event handled, and keep who said so and why',
    200,
    deadLetterSchema,
    400,
    403,
    404,
    413,
  )
  skip(
    @Param('deadLetterId') id: string,
    @Json(skipWish) { Reason: reason }: SkipWish,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    return this.#ask(id, { what: 'skip', reason }, context, baseUrl);
  }

  async #ask(id: string, wish: Wish, { accountSid, actor }: EventContext, baseUrl: string) {
    return deadLetterResource(await this.letters.ask(accountSid, id, wish, actor), baseUrl);
  }
}
