import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { checkTypes, Credentials } from '#application';
import {
  feedQuery,
  feedResource,
  feedSchema,
  readLastEventId,
  RequestError,
  streamQuery,
  type FeedQuery,
} from '#wire';
import { isStillCalling } from '../http/authenticate.js';
import { Operation } from '../http/operation.js';
import { BaseUrl } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';
import { EventFeed, type FollowedFeed } from './event-feed.js';
import { serverSentEvents } from './server-sent-events.js';

@ApiJson()
@Controller('admin/v1/Events')
export class EventController {
  constructor(
    private readonly feed: EventFeed,
    private readonly credentials: Credentials,
  ) {}

  /** A cursor over the log: with `after` of one answer as After of the next, nothing is missed and nothing comes twice. */
  @Get()
  @Operation('Read the events of the account from a position on', 200, feedSchema, 400)
  async list(
    @QueryOf(feedQuery) query: FeedQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @BaseUrl() baseUrl: string,
  ) {
    const feed = feedOf(request, query, this.credentials);
    const after = query.after ?? 0;
    const url = `${baseUrl}/admin/v1/Events`;
    if (query.waitSeconds === 0)
      return feedResource(await this.feed.read(feed, after, query.limit), query, url);
    const gone = new AbortController();
    const giveBack = this.feed.take(feed.accountSid);
    reply.raw.once('close', () => {
      gone.abort();
    });
    try {
      const page = await this.feed.next(feed, after, query.limit, query.waitSeconds * 1000, gone.signal);
      if (!(await feed.stands())) throw new RequestError('unauthenticated');
      return feedResource(page, query, url);
    } finally {
      giveBack();
    }
  }

  /** The same as server-sent events; their ids are positions. It ends now and then, and whoever follows it comes again. */
  @Get('Stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The position of the last event that was seen: browsers send it when they come again.',
  })
  @ApiResponse({
    status: 200,
    description: 'Each with its position as id, its type as event, and as data the event as the list has it.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @Operation('Follow the events of the account as server-sent events', 200, null, 400)
  async stream(
    @QueryOf(streamQuery) query: Pick<FeedQuery, 'after' | 'types' | 'sessionSid'>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const feed = feedOf(request, query, this.credentials);
    const after =
      readLastEventId(request.headers['last-event-id']) ??
      query.after ??
      (await this.feed.head(feed.accountSid));
    const giveBack = this.feed.take(feed.accountSid);
    const gone = new AbortController();
    // As text of which little is ahead: the log is read on only when the client has taken what was read before.
    const events = Readable.from(serverSentEvents(this.feed, feed, after, gone.signal), {
      objectMode: false,
      highWaterMark: 16_384,
    });
    events.once('close', giveBack);
    reply.raw.once('close', () => {
      // First what is waited for: a stream ends only after the event that it is just asking for.
      gone.abort();
      events.destroy();
    });
    reply.headers({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // Else it would be kept for a request that never comes, and who stops waits for it.
      Connection: 'close',
      // nginx would gather them.
      'X-Accel-Buffering': 'no',
    });
    return events;
  }
}

function feedOf(
  request: FastifyRequest,
  { types, sessionSid }: Pick<FeedQuery, 'types' | 'sessionSid'>,
  credentials: Credentials,
): FollowedFeed {
  const { caller } = request;
  if (caller === null) throw new RequestError('unauthenticated');
  const known = types === null ? null : checkTypes(types);
  return {
    accountSid: caller.accountSid,
    role: caller.role,
    types: known,
    sessionSid,
    stands: () => isStillCalling(request, credentials),
  };
}
