import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { EnableCallback } from '#application';
import { CallbackEndpointQueries, ServiceQueries, type EndpointStatus } from '#read-model';
import {
  adminPage,
  endpointPageSchema,
  endpointQuery,
  endpointResource,
  endpointSchema,
  nextOf,
  type AdminListQuery,
} from '#wire';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1')
export class CallbackEndpointController {
  constructor(
    private readonly commands: CommandBus,
    private readonly endpoints: CallbackEndpointQueries,
    private readonly services: ServiceQueries,
  ) {}

  @Get('CallbackEndpoints')
  @Operation('List the CallbackUrls that were called, and how that goes', 200, endpointPageSchema, 400)
  async list(
    @QueryOf(endpointQuery) { filter, range }: AdminListQuery<EndpointStatus | null>,
    @Query() query: Readonly<Record<string, unknown>>,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const page = await this.endpoints.list(accountSid, range, filter);
    const url = `${baseUrl}/admin/v1/CallbackEndpoints`;
    return adminPage('callback_endpoints', url, query, range.size, page.rows, nextOf(page), (row) =>
      endpointResource(row, row),
    );
  }

  @Post('Services/:serviceSid/EnableCallback')
  @Operation('Have a disabled CallbackUrl called again', 200, endpointSchema, 403, 404, 413)
  async enable(@Param('serviceSid') serviceSid: string, @AccountSid() accountSid: string) {
    await this.commands.execute(new EnableCallback(accountSid, serviceSid));
    const service = await this.services.get(accountSid, serviceSid);
    return endpointResource(service, await this.endpoints.find(accountSid, serviceSid));
  }
}
