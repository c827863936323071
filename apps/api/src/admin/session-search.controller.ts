import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CloseSessions, RevealIdentifiers } from '#application';
import type { EventContext } from '#event-store';
import { SessionSearch } from '#read-model';
import {
  adminPage,
  closedSchema,
  closeWish,
  errorReply,
  foundSession,
  foundSessionPageSchema,
  revealedSchema,
  revealedSession,
  revealWish,
  sessionQuery,
  type ClosedSessions,
  type CloseWish,
  type RevealWish,
  type SessionQuery,
} from '#wire';
import { Json } from '../http/json.pipe.js';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl, Context } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

/** The path that the refusal of one session among many names, which has no request of its own. */
const PATH = '/admin/v1/Sessions/Close';

@ApiJson()
@Controller('admin/v1/Sessions')
export class SessionSearchController {
  constructor(
    private readonly commands: CommandBus,
    private readonly search: SessionSearch,
  ) {}

  @Get()
  @Operation('Search the sessions of the account', 200, foundSessionPageSchema, 400)
  async list(
    @QueryOf(sessionQuery) { filter, size, after }: SessionQuery,
    @Query() query: Readonly<Record<string, unknown>>,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const { rows, next } = await this.search.find(accountSid, filter, size, after);
    const sids = rows.map(({ sid }) => sid);
    const participants = sids.length === 0 ? [] : await this.search.participantsOf(accountSid, sids);
    const url = `${baseUrl}/admin/v1/Sessions`;
    return adminPage('sessions', url, query, size, rows, next, (row) =>
      foundSession(row, participants, baseUrl),
    );
  }

  @Post('Close')
  @Operation('Close many sessions', 200, closedSchema, 400, 403, 409, 413)
  async close(@Json(closeWish) wish: CloseWish, @Context() context: EventContext): Promise<ClosedSessions> {
    const { sids, hasMore } = await this.#matching(wish, context.accountSid);
    if (wish.isDryRun) return { dry_run: true, closed: sids, failed: [], has_more: hasMore };
    const outcomes = await this.commands.execute(new CloseSessions(sids, context));
    return {
      dry_run: false,
      closed: outcomes.flatMap(({ sid, refusal }) => (refusal === null ? [sid] : [])),
      failed: outcomes.flatMap(({ sid, refusal }) => {
        if (refusal === null) return [];
        const { code, message } = errorReply(refusal, PATH);
        return [{ sid, code, message }];
      }),
      has_more: hasMore,
    };
  }

  @Post(':sessionSid/Reveal')
  @Operation(
    'Show the identifiers of a session, and record who asked and why',
    200,
    revealedSchema,
    400,
    403,
    404,
    409,
    413,
  )
  async reveal(
    @Param('sessionSid') sessionSid: string,
    @Json(revealWish) { Reason: reason }: RevealWish,
    @Context() context: EventContext,
  ) {
    // Written down first: what cannot be recorded is not shown.
    await this.commands.execute(new RevealIdentifiers(sessionSid, reason, context));
    return revealedSession(sessionSid, await this.search.participantsOf(context.accountSid, [sessionSid]));
  }

  /** What would be closed: of a list whatever it names, of a filter what is active. */
  async #matching(
    { sids, filter, limit }: CloseWish,
    accountSid: string,
  ): Promise<{ sids: string[]; hasMore: boolean }> {
    if (sids !== null) return { sids: sids.slice(0, limit), hasMore: sids.length > limit };
    return filter === null ? { sids: [], hasMore: false } : this.search.findActive(accountSid, filter, limit);
  }
}
