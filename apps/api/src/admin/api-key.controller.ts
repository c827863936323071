import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateApiKey, RevokeApiKey } from '#application';
import type { EventContext } from '#event-store';
import { ApiKeyQueries } from '#read-model';
import { apiKeyListSchema, apiKeyResource, apiKeyWish, newApiKeySchema, type ApiKeyWish } from '#wire';
import { Json } from '../http/json.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, Context } from '../http/request.decorators.js';
import { ApiJson } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/ApiKeys')
export class ApiKeyController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: ApiKeyQueries,
  ) {}

  @Get()
  @Operation('List the API keys of the account', 200, apiKeyListSchema)
  async list(@AccountSid() accountSid: string) {
    return { keys: (await this.keys.list(accountSid)).map(apiKeyResource) };
  }

  @Post()
  @Operation('Make an API key', 201, newApiKeySchema, 400, 403, 413)
  async create(@Json(apiKeyWish) { friendlyName, role }: ApiKeyWish, @Context() context: EventContext) {
    // Its secret is shown once and not kept, so there is nothing that the same request could be answered with again.
    const key = await this.commands.execute(
      new CreateApiKey(friendlyName, role, { ...context, idempotency: null }),
    );
    return { sid: key.sid, friendly_name: friendlyName, role, secret: key.secret };
  }

  @Delete(':keySid')
  @Operation('Revoke an API key', 204, null, 403, 404)
  async delete(@Param('keySid') keySid: string, @Context() context: EventContext) {
    await this.commands.execute(new RevokeApiKey(keySid, context));
  }
}
