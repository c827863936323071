import { Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { SendMessage } from '#application';
import type { EventContext } from '#event-store';
import { InteractionQueries, ParticipantQueries, type SessionPlace } from '#read-model';
import {
  createMessageInteractionForm,
  messageInteractionPageSchema,
  messageInteractionResource,
  messageInteractionSchema,
  pageResource,
  type MessageWish,
  type PageRequest,
} from '#wire';
import { ApiForms, Form, PageOf } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { BaseUrl, Context } from '../http/request.decorators.js';
import { Place } from './session-place.decorator.js';

@ApiForms()
@Controller('v1/Services/:serviceSid/Sessions/:sessionSid/Participants/:participantSid/MessageInteractions')
export class MessageInteractionController {
  constructor(
    private readonly commands: CommandBus,
    private readonly participants: ParticipantQueries,
    private readonly interactions: InteractionQueries,
  ) {}

  @Post()
  @Operation('Send a message to one Participant', 201, messageInteractionSchema, 400, 404, 409, 413)
  async create(
    @Place() place: SessionPlace,
    @Param('participantSid') participantSid: string,
    @Form(createMessageInteractionForm) wish: MessageWish,
    @Context() context: EventContext,
    @BaseUrl() baseUrl: string,
  ) {
    const row = await this.commands.execute(new SendMessage(place, participantSid, wish, context));
    return messageInteractionResource(row, participantSid, baseUrl);
  }

  @Get()
  @Operation(
    'Retrieve a list of all Message Interactions of a Participant',
    200,
    messageInteractionPageSchema,
    400,
    404,
  )
  async list(
    @Place() place: SessionPlace,
    @Param('participantSid') participantSid: string,
    @PageOf() request: PageRequest,
    @BaseUrl() baseUrl: string,
  ) {
    const { serviceSid, sessionSid } = place;
    const [page] = await Promise.all([
      this.interactions.listMessages(place, participantSid, request),
      this.participants.get(place, participantSid),
    ]);
    const url = `${baseUrl}/v1/Services/${serviceSid}/Sessions/${sessionSid}/Participants/${participantSid}/MessageInteractions`;
    return pageResource('interactions', url, request, page, (row) =>
      messageInteractionResource(row, participantSid, baseUrl),
    );
  }

  @Get(':interactionSid')
  @Operation('Fetch a specific Message Interaction', 200, messageInteractionSchema, 404)
  async fetch(
    @Place() place: SessionPlace,
    @Param('participantSid') participantSid: string,
    @Param('interactionSid') interactionSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const row = await this.interactions.getMessage(place, participantSid, interactionSid);
    return messageInteractionResource(row, participantSid, baseUrl);
  }
}
