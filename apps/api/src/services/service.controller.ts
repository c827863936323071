import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateService, DeleteService, UpdateService } from '#application';
import type { ServiceSettings } from '#domain';
import type { EventContext } from '#event-store';
import { ServiceQueries } from '#read-model';
import {
  createServiceForm,
  pageResource,
  refuseOwnUrls,
  serviceResource,
  updateServiceForm,
  type PageRequest,
} from '#wire';
import { ApiForms, Form, PageOf } from '../http/form.pipe.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';

@ApiForms()
@Controller('v1/Services')
export class ServiceController {
  constructor(
    private readonly commands: CommandBus,
    private readonly services: ServiceQueries,
  ) {}

  @Post()
  async create(
    @Form(createServiceForm) wish: ServiceSettings,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    refuseOwnUrls(wish, baseUrl);
    return serviceResource(await this.commands.execute(new CreateService(wish, context)), baseUrl);
  }

  @Get()
  async list(@PageOf() request: PageRequest, @AccountSid() accountSid: string, @BaseUrl() baseUrl: string) {
    const page = await this.services.list(accountSid, request);
    return pageResource('services', `${baseUrl}/v1/Services`, request, page, (row) =>
      serviceResource(row, baseUrl),
    );
  }

  @Get(':serviceSid')
  async fetch(
    @Param('serviceSid') serviceSid: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return serviceResource(await this.services.get(accountSid, serviceSid), baseUrl);
  }

  @Post(':serviceSid')
  @HttpCode(200)
  async update(
    @Param('serviceSid') serviceSid: string,
    @Form(updateServiceForm) wish: Partial<ServiceSettings>,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    refuseOwnUrls(wish, baseUrl);
    return serviceResource(
      await this.commands.execute(new UpdateService(serviceSid, wish, context)),
      baseUrl,
    );
  }

  @Delete(':serviceSid')
  @HttpCode(204)
  async delete(@Param('serviceSid') serviceSid: string, @Context() context: EventContext) {
    await this.commands.execute(new DeleteService(serviceSid, context));
  }
}
