import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateApiKey, RevokeApiKey } from '#application';
import { EventStore, partitionOf, readStream, upcasters, type EventContext } from '#event-store';
import { Database } from '#platform';
import { foldKeys } from '#read-model';
import { apiKeyListSchema, apiKeyResource, apiKeyWish, newApiKeySchema, type ApiKeyWish } from '#wire';
import { Json } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, Context } from '../http/request.decorators.js';
import { ApiJson } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/ApiKeys')
export class ApiKeyController {
  constructor(
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly events: EventStore,
  ) {}

  /** From the events of the account, of which there are few: keys come and go by hand. */
  @Get()
  @Operation('List the API keys of the account', 200, apiKeyListSchema)
  async list(@AccountSid() accountSid: string) {
    const partition = partitionOf(accountSid, this.events.partitions);
    const account = { partition, streamId: accountSid };
    const keys = await foldKeys(readStream(this.database.reads, account, upcasters));
    return { keys: keys.filter(({ revokedAt }) => revokedAt === null).map(apiKeyResource) };
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
