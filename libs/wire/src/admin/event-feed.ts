import { z } from 'zod';
import { readSid } from '#domain';
import { answer, ownUrl, sidOf } from '../resource-schema.js';
import { count, parameter, sid } from './parameters.js';

export const DEFAULT_FEED_LIMIT = 100;
const MAX_FEED_LIMIT = 1000;
/** Load balancers end what is silent for longer. */
const MAX_WAIT_SECONDS = 30;
const MAX_TYPES = 50;

const types = parameter(
  'Event types with commas between; all when not given.',
  (value) => {
    const names = value.split(',').map((name) => name.trim());
    return names.length <= MAX_TYPES && names.every((name) => /^[A-Za-z]{1,64}$/.test(name)) ? names : null;
  },
  'names of event types with commas between',
);
const after = (description: string) => count(description, 0, Number.MAX_SAFE_INTEGER);

export interface FeedQuery {
  readonly after: number | null;
  readonly types: readonly string[] | null;
  readonly sessionSid: string | null;
  readonly limit: number;
  readonly waitSeconds: number;
}

const shared = {
  Types: types,
  SessionSid: sid('KC', 'Only events of this session.'),
};

export const feedQuery = z
  .object({
    After: after('A position, from `after` of the last answer; 0 and no value are the beginning of the log.'),
    ...shared,
    Limit: count(`Events in an answer, ${DEFAULT_FEED_LIMIT} if not given.`, 1, MAX_FEED_LIMIT),
    Wait: count('Seconds to wait for an event when there is none yet.', 0, MAX_WAIT_SECONDS),
  })
  .transform((query): FeedQuery => ({
    after: query.After ?? 0,
    types: query.Types,
    sessionSid: query.SessionSid,
    limit: query.Limit ?? DEFAULT_FEED_LIMIT,
    waitSeconds: query.Wait ?? 0,
  }));

export const streamQuery = z
  .object({
    After: after(
      'A position; without it and without Last-Event-ID the stream begins with what happens next.',
    ),
    ...shared,
  })
  .transform(({ After, Types, SessionSid }): Omit<FeedQuery, 'limit' | 'waitSeconds'> => ({
    after: After,
    types: Types,
    sessionSid: SessionSid,
  }));

/** What a client of server-sent events says it has seen last; null when it is no position. */
export function readLastEventId(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

/** An event as the log has it. */
interface FeedEvent {
  readonly position: number;
  readonly eventId: string;
  readonly streamId: string;
  readonly version: number;
  readonly accountSid: string;
  readonly actor: string;
  readonly requestId: string | null;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly event: { readonly type: string; readonly data: object };
}

const time = z.string().meta({ format: 'date-time', example: '2026-01-02T03:04:05.006Z' });

export const eventSchema = answer('Event', {
  position: z.int().meta({ description: 'Grows in the order of commits, within an account.' }),
  event_id: z.uuid(),
  type: z.string().meta({ example: 'SessionCreated' }),
  resource_sid: z.string().meta({ description: 'The session, service, number or account that it is about.' }),
  session_sid: sidOf('KC').nullable(),
  version: z.int().meta({ description: 'Its number within the resource, from 1.' }),
  account_sid: sidOf('AC'),
  actor: z.string().meta({ description: 'The account or key that asked for it, or the part of the system.' }),
  request_id: z.string().nullable(),
  correlation_id: z.string(),
  causation_id: z.string().nullable(),
  occurred_at: time,
  recorded_at: time,
  data: z.record(z.string(), z.unknown()).meta({ description: 'What happened, in the form of its type.' }),
});

export const feedSchema = answer('EventFeed', {
  events: z.array(eventSchema),
  after: z.int().meta({ description: 'Where the next answer begins: to be sent as After.' }),
  has_more: z.boolean(),
  meta: answer('FeedMeta', { key: z.string(), url: ownUrl, next_page_url: ownUrl }),
});

export function eventResource(recorded: FeedEvent): z.infer<typeof eventSchema> {
  return {
    position: recorded.position,
    event_id: recorded.eventId,
    type: recorded.event.type,
    resource_sid: recorded.streamId,
    session_sid: readSid('KC', recorded.streamId),
    version: recorded.version,
    account_sid: recorded.accountSid,
    actor: recorded.actor,
    request_id: recorded.requestId,
    correlation_id: recorded.correlationId,
    causation_id: recorded.causationId,
    occurred_at: recorded.occurredAt,
    recorded_at: recorded.recordedAt,
    data: { ...recorded.event.data },
  };
}

/** `url` is that of the feed, without a query. */
export function feedResource(
  page: { readonly events: readonly FeedEvent[]; readonly until: number; readonly hasMore: boolean },
  { after: from, types: names, sessionSid, limit, waitSeconds }: FeedQuery,
  url: string,
): z.infer<typeof feedSchema> {
  const place = (position: number) => {
    const query = new URLSearchParams({ After: String(position) });
    if (names !== null) query.set('Types', names.join());
    if (sessionSid !== null) query.set('SessionSid', sessionSid);
    query.set('Limit', String(limit));
    if (waitSeconds > 0) query.set('Wait', String(waitSeconds));
    return `${url}?${query.toString()}`;
  };
  return {
    events: page.events.map(eventResource),
    after: page.until,
    has_more: page.hasMore,
    meta: { key: 'events', url: place(from ?? 0), next_page_url: place(page.until) },
  };
}
