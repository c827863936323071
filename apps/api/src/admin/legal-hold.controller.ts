import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { PlaceAccountHold, PlaceSessionHold, ReleaseAccountHold, ReleaseSessionHold } from '#application';
import type { EventContext } from '#event-store';
import { LegalHoldQueries } from '#read-model';
import {
  adminPage,
  holdPageSchema,
  holdQuery,
  holdResource,
  holdStateSchema,
  holdWish,
  type HoldQuery,
  type HoldState,
  type HoldWish,
} from '#wire';
import { Json } from '../http/json.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

/** Legal holds: what is on one is deleted by nobody, be it a caller or retention. */
@ApiJson()
@Controller('admin/v1')
export class LegalHoldController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: LegalHoldQueries,
  ) {}

  @Get('LegalHolds')
  @Operation('List what of the account is on legal hold', 200, holdPageSchema, 400)
  async list(
    @QueryOf(holdQuery) { size, after }: HoldQuery,
    @Query() query: Readonly<Record<string, unknown>>,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const { holds, hasMore } = await this.queries.list(accountSid, after, size);
    const last = hasMore ? holds.at(-1) : undefined;
    const next =
      last === undefined
        ? null
        : ({ direction: 'after', dateCreated: last.placedAt, sid: last.sid } as const);
    const url = `${baseUrl}/admin/v1/LegalHolds`;
    return adminPage('legal_holds', url, query, size, holds, next, holdResource);
  }

  @Post('LegalHold')
  @Operation('Put the account on legal hold', 201, holdStateSchema, 400, 403, 404, 409, 413)
  async placeOnAccount(
    @Json(holdWish) { Reason: reason }: HoldWish,
    @Context() context: EventContext,
  ): Promise<HoldState> {
    await this.commands.execute(new PlaceAccountHold(reason, context));
    return { sid: context.accountSid, is_held: true };
  }

  @Post('LegalHold/Release')
  @Operation('End the legal hold on the account', 200, holdStateSchema, 400, 403, 404, 409, 413)
  async releaseAccount(
    @Json(holdWish) { Reason: reason }: HoldWish,
    @Context() context: EventContext,
  ): Promise<HoldState> {
    await this.commands.execute(new ReleaseAccountHold(reason, context));
    return { sid: context.accountSid, is_held: false };
  }

  @Post('Sessions/:sessionSid/LegalHold')
  @Operation('Put a session on legal hold', 201, holdStateSchema, 400, 403, 404, 409, 413)
  async placeOnSession(
    @Param('sessionSid') sid: string,
    @Json(holdWish) { Reason: reason }: HoldWish,
    @Context() context: EventContext,
  ): Promise<HoldState> {
    await this.commands.execute(new PlaceSessionHold(sid, reason, context));
    return { sid, is_held: true };
  }

  @Post('Sessions/:sessionSid/LegalHold/Release')
  @Operation('End the legal hold on a session', 200, holdStateSchema, 400, 403, 404, 409, 413)
  async releaseSession(
    @Param('sessionSid') sid: string,
    @Json(holdWish) { Reason: reason }: HoldWish,
    @Context() context: EventContext,
  ): Promise<HoldState> {
    await this.commands.execute(new ReleaseSessionHold(sid, reason, context));
    return { sid, is_held: false };
  }
}
