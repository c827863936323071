import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateService, DeleteService, UpdateService } from '#application';
import type { ServiceSettings } from '#domain';
import type { EventContext } from '#event-store';
import { OutboundHttp } from '#platform';
import { ServiceQueries } from '#read-model';
import {
  createServiceForm,
  pageResource,
  refuseOwnUrls,
  refuseUnreachableUrls,
  servicePageSchema,
  serviceResource,
  serviceSchema,
  updateServiceForm,
  type PageRequest,
} from '#wire';
import { ApiForms, Form, PageOf } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';

@ApiForms()
@Controller('v1/Services')
export class ServiceController {
  constructor(
    private readonly commands: CommandBus,
    private readonly services: ServiceQueries,
    private readonly http: OutboundHttp,
  ) {}

  @Post()
  @Operation('Create a new Service', 201, serviceSchema, 400, 409, 413)
  async create(
    @Form(createServiceForm) wish: ServiceSettings,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    this.#refuseCallbacks(wish, baseUrl);
    return serviceResource(await this.commands.execute(new CreateService(wish, context)), baseUrl);
  }

  @Get()
  @Operation('Retrieve a list of all Services', 200, servicePageSchema, 400)
  async list(@PageOf() request: PageRequest, @AccountSid() accountSid: string, @BaseUrl() baseUrl: string) {
    const page = await this.services.list(accountSid, request);
    return pageResource('services', `${baseUrl}/v1/Services`, request, page, (row) =>
      serviceResource(row, baseUrl),
    );
  }

  @Get(':serviceSid')
  @Operation('Fetch a specific Service', 200, serviceSchema, 404)
  async fetch(
    @Param('serviceSid') serviceSid: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return serviceResource(await this.services.get(accountSid, serviceSid), baseUrl);
  }

  @Post(':serviceSid')
  @Operation('Update a specific Service', 200, serviceSchema, 400, 404, 409, 413)
  async update(
    @Param('serviceSid') serviceSid: string,
    @Form(updateServiceForm) wish: Partial<ServiceSettings>,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    this.#refuseCallbacks(wish, baseUrl);
    return serviceResource(
      await this.commands.execute(new UpdateService(serviceSid, wish, context)),
      baseUrl,
    );
  }

  @Delete(':serviceSid')
  @Operation('Delete a specific Service', 204, null, 400, 403, 404, 413)
  async delete(@Param('serviceSid') serviceSid: string, @Context() context: EventContext) {
    await this.commands.execute(new DeleteService(serviceSid, context));
  }

  #refuseCallbacks(wish: Partial<ServiceSettings>, baseUrl: string): void {
    refuseOwnUrls(wish, baseUrl);
    refuseUnreachableUrls(wish, (url) => this.http.mayCall(url));
  }
}
