import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AddParticipant, MaskingRules, RemoveParticipant } from '#application';
import type { EventContext } from '#event-store';
import { ParticipantQueries, SessionQueries, type SessionPlace } from '#read-model';
import {
  createParticipantForm,
  pageResource,
  participantPageSchema,
  participantResource,
  participantSchema,
  type PageRequest,
  type ParticipantForm,
} from '#wire';
import { ApiForms, Form, PageOf } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { BaseUrl, Context } from '../http/request.decorators.js';
import { located } from './located.js';
import { Place } from './session-place.decorator.js';

@ApiForms()
@Controller('v1/Services/:serviceSid/Sessions/:sessionSid/Participants')
export class ParticipantController {
  constructor(
    private readonly commands: CommandBus,
    private readonly sessions: SessionQueries,
    private readonly participants: ParticipantQueries,
    private readonly rules: MaskingRules,
  ) {}

  @Post()
  @Operation('Add a new Participant to the Session', 201, participantSchema, 400, 404, 409, 413)
  async create(
    @Place() { serviceSid, sessionSid }: SessionPlace,
    @Form(createParticipantForm) form: ParticipantForm,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    const wish = located(form, this.rules);
    const row = await this.commands.execute(new AddParticipant(serviceSid, sessionSid, wish, context));
    return participantResource(row, baseUrl);
  }

  @Get()
  @Operation('Retrieve a list of all Participants in a Session', 200, participantPageSchema, 400, 404)
  async list(@Place() place: SessionPlace, @PageOf() request: PageRequest, @BaseUrl() baseUrl: string) {
    const { accountSid, serviceSid, sessionSid } = place;
    const [page] = await Promise.all([
      this.participants.list(place, request),
      this.sessions.get(accountSid, serviceSid, sessionSid),
    ]);
    const url = `${baseUrl}/v1/Services/${serviceSid}/Sessions/${sessionSid}/Participants`;
    return pageResource('participants', url, request, page, (row) => participantResource(row, baseUrl));
  }

  @Get(':participantSid')
  @Operation('Fetch a specific Participant', 200, participantSchema, 404)
  async fetch(
    @Place() place: SessionPlace,
    @Param('participantSid') participantSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return participantResource(await this.participants.get(place, participantSid), baseUrl);
  }

  @Delete(':participantSid')
  @Operation('Remove a specific Participant from the Session', 204, null, 400, 403, 404, 413)
  async delete(
    @Place() { serviceSid, sessionSid }: SessionPlace,
    @Param('participantSid') participantSid: string,
    @Context() context: EventContext,
  ) {
    await this.commands.execute(new RemoveParticipant(serviceSid, sessionSid, participantSid, context));
  }
}
