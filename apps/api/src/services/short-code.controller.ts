import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AddToPool, RemoveFromPool, shortCodes, UpdateInPool } from '#application';
import type { EventContext } from '#event-store';
import { PhoneNumberQueries, ServiceQueries } from '#read-model';
import {
  createShortCodeForm,
  pageResource,
  shortCodePageSchema,
  shortCodeResource,
  shortCodeSchema,
  updateShortCodeForm,
  type PageRequest,
  type PhoneNumberUpdate,
} from '#wire';
import { ApiForms, Form, PageOf } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';

/** Gone from Twilio's API in 2025; SDKs before 6 call it. */
@ApiForms()
@Controller('v1/Services/:serviceSid/ShortCodes')
export class ShortCodeController {
  constructor(
    private readonly commands: CommandBus,
    private readonly services: ServiceQueries,
    private readonly numbers: PhoneNumberQueries,
  ) {}

  @Post()
  @Operation('Add a Short Code to a Service', 201, shortCodeSchema, 400, 404, 409, 413)
  async create(
    @Param('serviceSid') serviceSid: string,
    @Form(createShortCodeForm) name: { readonly sid: string },
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    const sid = await this.commands.execute(
      new AddToPool(shortCodes, serviceSid, name, false, baseUrl, context),
    );
    return this.#show(context.accountSid, serviceSid, sid, baseUrl);
  }

  @Get()
  @Operation('Retrieve a list of all Short Codes of the Service', 200, shortCodePageSchema, 400, 404)
  async list(
    @Param('serviceSid') serviceSid: string,
    @PageOf() request: PageRequest,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const [page] = await Promise.all([
      this.numbers.listShortCodes(accountSid, serviceSid, request),
      this.services.get(accountSid, serviceSid),
    ]);
    const url = `${baseUrl}/v1/Services/${serviceSid}/ShortCodes`;
    return pageResource('short_codes', url, request, page, (row) => shortCodeResource(row, baseUrl));
  }

  @Get(':shortCodeSid')
  @Operation('Fetch a specific Short Code', 200, shortCodeSchema, 404)
  fetch(
    @Param('serviceSid') serviceSid: string,
    @Param('shortCodeSid') shortCodeSid: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return this.#show(accountSid, serviceSid, shortCodeSid, baseUrl);
  }

  @Post(':shortCodeSid')
  @Operation('Update a specific Short Code', 200, shortCodeSchema, 400, 404, 409, 413)
  async update(
    @Param('serviceSid') serviceSid: string,
    @Param('shortCodeSid') shortCodeSid: string,
    @Form(updateShortCodeForm) { isReserved }: PhoneNumberUpdate,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    await this.commands.execute(new UpdateInPool(shortCodes, serviceSid, shortCodeSid, isReserved, context));
    return this.#show(context.accountSid, serviceSid, shortCodeSid, baseUrl);
  }

  @Delete(':shortCodeSid')
  @Operation('Remove a specific Short Code from the Service', 204, null, 400, 404, 413)
  async delete(
    @Param('serviceSid') serviceSid: string,
    @Param('shortCodeSid') shortCodeSid: string,
    @Context() context: EventContext,
  ) {
    await this.commands.execute(new RemoveFromPool(shortCodes, serviceSid, shortCodeSid, context));
  }

  async #show(accountSid: string, serviceSid: string, sid: string, baseUrl: string) {
    return shortCodeResource(await this.numbers.getShortCode(accountSid, serviceSid, sid), baseUrl);
  }
}
