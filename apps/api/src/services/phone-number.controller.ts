import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AddToPool, phoneNumbers, RemoveFromPool, UpdateInPool } from '#application';
import type { EventContext } from '#event-store';
import { PhoneNumberQueries, ServiceQueries } from '#read-model';
import {
  createPhoneNumberForm,
  pageResource,
  phoneNumberPageSchema,
  phoneNumberResource,
  phoneNumberSchema,
  updatePhoneNumberForm,
  type PageRequest,
  type PhoneNumberUpdate,
  type PhoneNumberWish,
} from '#wire';
import { ApiForms, Form, PageOf } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';

@ApiForms()
@Controller('v1/Services/:serviceSid/PhoneNumbers')
export class PhoneNumberController {
  constructor(
    private readonly commands: CommandBus,
    private readonly services: ServiceQueries,
    private readonly numbers: PhoneNumberQueries,
  ) {}

  @Post()
  @Operation('Add a Phone Number to a Service', 201, phoneNumberSchema, 400, 404, 409, 413)
  async create(
    @Param('serviceSid') serviceSid: string,
    @Form(createPhoneNumberForm) { number, isReserved }: PhoneNumberWish,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    const sid = await this.commands.execute(
      new AddToPool(phoneNumbers, serviceSid, number, isReserved, baseUrl, context),
    );
    return this.#show(context.accountSid, serviceSid, sid, baseUrl);
  }

  @Get()
  @Operation('Retrieve a list of all Phone Numbers of the Service', 200, phoneNumberPageSchema, 400, 404)
  async list(
    @Param('serviceSid') serviceSid: string,
    @PageOf() request: PageRequest,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const [page] = await Promise.all([
      this.numbers.list(accountSid, serviceSid, request),
      this.services.get(accountSid, serviceSid),
    ]);
    const url = `${baseUrl}/v1/Services/${serviceSid}/PhoneNumbers`;
    return pageResource('phone_numbers', url, request, page, (row) =>
      phoneNumberResource(row, row.in_use, baseUrl),
    );
  }

  @Get(':phoneNumberSid')
  @Operation('Fetch a specific Phone Number', 200, phoneNumberSchema, 404)
  fetch(
    @Param('serviceSid') serviceSid: string,
    @Param('phoneNumberSid') phoneNumberSid: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return this.#show(accountSid, serviceSid, phoneNumberSid, baseUrl);
  }

  @Post(':phoneNumberSid')
  @Operation('Update a specific Phone Number', 200, phoneNumberSchema, 400, 404, 409, 413)
  async update(
    @Param('serviceSid') serviceSid: string,
    @Param('phoneNumberSid') phoneNumberSid: string,
    @Form(updatePhoneNumberForm) { isReserved }: PhoneNumberUpdate,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    await this.commands.execute(
      new UpdateInPool(phoneNumbers, serviceSid, phoneNumberSid, isReserved, context),
    );
    return this.#show(context.accountSid, serviceSid, phoneNumberSid, baseUrl);
  }

  @Delete(':phoneNumberSid')
  @Operation('Remove a specific Phone Number from the Service', 204, null, 400, 404, 413)
  async delete(
    @Param('serviceSid') serviceSid: string,
    @Param('phoneNumberSid') phoneNumberSid: string,
    @Context() context: EventContext,
  ) {
    await this.commands.execute(new RemoveFromPool(phoneNumbers, serviceSid, phoneNumberSid, context));
  }

  /** How many sessions use a number is no part of its own events, so it is read after them. */
  async #show(accountSid: string, serviceSid: string, sid: string, baseUrl: string) {
    const row = await this.numbers.get(accountSid, serviceSid, sid);
    return phoneNumberResource(row, row.in_use, baseUrl);
  }
}
