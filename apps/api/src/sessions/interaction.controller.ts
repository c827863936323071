import { Controller, Delete, Get, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DeleteInteraction } from '#application';
import type { EventContext } from '#event-store';
import { InteractionQueries, SessionQueries, type SessionPlace } from '#read-model';
import {
  interactionPageSchema,
  interactionResource,
  interactionSchema,
  pageResource,
  type PageRequest,
} from '#wire';
import { PageOf } from '../http/form.pipe.js';
import { Operation } from '../http/operation.js';
import { BaseUrl, Context } from '../http/request.decorators.js';
import { Place } from './session-place.decorator.js';

@Controller('v1/Services/:serviceSid/Sessions/:sessionSid/Interactions')
export class InteractionController {
  constructor(
    private readonly commands: CommandBus,
    private readonly sessions: SessionQueries,
    private readonly interactions: InteractionQueries,
  ) {}

  @Get()
  @Operation('Retrieve a list of all Interactions for a Session', 200, interactionPageSchema, 400, 404)
  async list(@Place() place: SessionPlace, @PageOf() request: PageRequest, @BaseUrl() baseUrl: string) {
    const { accountSid, serviceSid, sessionSid } = place;
    const [page] = await Promise.all([
      this.interactions.list(place, request),
      this.sessions.get(accountSid, serviceSid, sessionSid),
    ]);
    const url = `${baseUrl}/v1/Services/${serviceSid}/Sessions/${sessionSid}/Interactions`;
    return pageResource('interactions', url, request, page, (row) => interactionResource(row, baseUrl));
  }

  @Get(':interactionSid')
  @Operation('Retrieve a specific Interaction', 200, interactionSchema, 404)
  async fetch(
    @Place() place: SessionPlace,
    @Param('interactionSid') interactionSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return interactionResource(await this.interactions.get(place, interactionSid), baseUrl);
  }

  @Delete(':interactionSid')
  @Operation('Delete a specific Interaction', 204, null, 400, 403, 404, 413)
  async delete(
    @Place() { serviceSid, sessionSid }: SessionPlace,
    @Param('interactionSid') interactionSid: string,
    @Context() context: EventContext,
  ) {
    await this.commands.execute(new DeleteInteraction(serviceSid, sessionSid, interactionSid, context));
  }
}
