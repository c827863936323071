import { Controller, Delete, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateSecondaryAuthToken, DeleteSecondaryAuthToken, PromoteAuthToken } from '#application';
import type { EventContext } from '#event-store';
import { authTokenSchema, promotedSchema } from '#wire';
import { Operation } from '../http/operation.js';
import { Context } from '../http/request.decorators.js';
import { ApiJson } from './admin-forms.js';

/** The auth token is replaced while callers go on: make a second one, hand it out, promote it. */
@ApiJson()
@Controller('admin/v1/AuthTokens')
export class AuthTokenController {
  constructor(private readonly commands: CommandBus) {}

  @Post('Secondary')
  @Operation('Make a secondary auth token', 201, authTokenSchema, 400, 403, 409, 413)
  async create(@Context() context: EventContext) {
    // Shown once, as the secret of a key.
    const token = await this.commands.execute(
      new CreateSecondaryAuthToken({ ...context, idempotency: null }),
    );
    return { account_sid: context.accountSid, secondary_auth_token: token };
  }

  @Delete('Secondary')
  @Operation('End the secondary auth token', 204, null, 403, 404)
  async delete(@Context() context: EventContext) {
    await this.commands.execute(new DeleteSecondaryAuthToken(context));
  }

  @Post('Promote')
  @Operation('Make the secondary auth token the primary one', 200, promotedSchema, 400, 403, 404, 413)
  async promote(@Context() context: EventContext) {
    await this.commands.execute(new PromoteAuthToken(context));
    return { account_sid: context.accountSid };
  }
}
