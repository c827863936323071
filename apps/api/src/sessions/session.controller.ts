import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateSession, DeleteSession, MaskingRules, UpdateSession } from '#application';
import type { SessionUpdate } from '#domain';
import type { EventContext } from '#event-store';
import { ServiceQueries, SessionQueries } from '#read-model';
import {
  createSessionForm,
  pageResource,
  sessionPageSchema,
  sessionResource,
  sessionSchema,
  updateSessionForm,
  type PageRequest,
  type SessionForm,
} from '#wire';
import { ApiForms, Form, PageOf } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';
import { located } from './located.js';

@ApiForms()
@Controller('v1/Services/:serviceSid/Sessions')
export class SessionController {
  constructor(
    private readonly commands: CommandBus,
    private readonly services: ServiceQueries,
    private readonly sessions: SessionQueries,
    private readonly rules: MaskingRules,
  ) {}

  @Post()
  @Operation('Create a new Session', 201, sessionSchema, 400, 404, 409, 413)
  async create(
    @Param('serviceSid') serviceSid: string,
    @Form(createSessionForm) { participants, ...wish }: SessionForm,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    const first = participants.map((participant) => located(participant, this.rules));
    const session = await this.commands.execute(new CreateSession(serviceSid, wish, first, context));
    return sessionResource(session, baseUrl);
  }

  @Get()
  @Operation('Retrieve a list of all Sessions for the Service', 200, sessionPageSchema, 400, 404)
  async list(
    @Param('serviceSid') serviceSid: string,
    @PageOf() request: PageRequest,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    // A service without sessions has an empty list; without the service there is no list.
    const [page] = await Promise.all([
      this.sessions.list(accountSid, serviceSid, request),
      this.services.get(accountSid, serviceSid),
    ]);
    const url = `${baseUrl}/v1/Services/${serviceSid}/Sessions`;
    return pageResource('sessions', url, request, page, (row) => sessionResource(row, baseUrl));
  }

  @Get(':sessionSid')
  @Operation('Fetch a specific Session', 200, sessionSchema, 404)
  async fetch(
    @Param('serviceSid') serviceSid: string,
    @Param('sessionSid') sessionSid: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return sessionResource(await this.sessions.get(accountSid, serviceSid, sessionSid), baseUrl);
  }

  @Post(':sessionSid')
  @Operation('Update a specific Session', 200, sessionSchema, 400, 404, 409, 413)
  async update(
    @Param('serviceSid') serviceSid: string,
    @Param('sessionSid') sessionSid: string,
    @Form(updateSessionForm) wish: SessionUpdate,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    const session = await this.commands.execute(new UpdateSession(serviceSid, sessionSid, wish, context));
    return sessionResource(session, baseUrl);
  }

  @Delete(':sessionSid')
  @Operation('Delete a specific Session', 204, null, 400, 403, 404, 413)
  async delete(
    @Param('serviceSid') serviceSid: string,
    @Param('sessionSid') sessionSid: string,
    @Context() context: EventContext,
  ) {
    await this.commands.execute(new DeleteSession(serviceSid, sessionSid, context));
  }
}
