import { createSecretKey, randomBytes } from 'node:crypto';
import {
  createSession,
  deleteSession,
  serviceStream,
  sessionStream,
  updateSession,
  type NewSession,
  type SessionUpdate,
} from '#domain';
import type { Decoding, EventContext, EventStore } from '#event-store';
import { newSid, type Database } from '#platform';
import type { SessionRow } from '../tables.js';

/** Sessions of one service, led through their lives without HTTP. */
export class SessionLives {
  #names = 0;

  constructor(
    private readonly events: EventStore,
    private readonly service: {
      readonly sid: string;
      readonly accountSid: string;
      readonly context: EventContext;
    },
  ) {}

  /** Every other one has a name, with what is special in COPY and JSON. */
  async create(wish: Partial<NewSession> = {}): Promise<string> {
    const { sid: serviceSid, accountSid, context } = this.service;
    const name = ++this.#names;
    const uniqueName = name % 2 === 0 ? `Fährt "${name}" \\ N\tö` : null;
    const created = await this.events.create(
      sessionStream,
      newSid('KC'),
      context,
      { stream: serviceStream, id: serviceSid },
      ({ now }) =>
        createSession(
          sessionStream.initial,
          {
            accountSid,
            serviceSid,
            uniqueName,
            mode: 'voice-and-message',
            ttl: 0,
            dateExpiry: null,
            status: 'open',
            ...wish,
          },
          now,
        ),
    );
    return created.sid;
  }

  async update(sid: string, wish: SessionUpdate): Promise<void> {
    await this.events.change(sessionStream, sid, this.service.context, (session, { now }) =>
      updateSession(session, wish, now),
    );
  }

  async delete(sid: string): Promise<void> {
    await this.events.change(sessionStream, sid, this.service.context, deleteSession);
  }

  async expire(sid: string): Promise<boolean> {
    return this.events.expire(sessionStream, sid, this.service.context);
  }

  /** One session through the `n`th of the ways that there are. */
  async live(n: number): Promise<string> {
    const sid = await this.create({
      ttl: n % 3 === 0 ? 3600 : 0,
      status: n % 4 === 0 ? 'in-progress' : 'open',
    });
    const way = n % 5;
    if (way === 1) await this.update(sid, { ttl: 7200 });
    if (way === 2 || way === 3) await this.update(sid, { status: 'closed' });
    if (way === 3) await this.update(sid, { status: 'in-progress', dateExpiry: '2999-01-02T03:04:05.006Z' });
    if (way === 4) await this.delete(sid);
    return sid;
  }
}

/** Rows as they are, without what is not event-sourced. */
export async function readRows({ admin }: Database, table: string): Promise<object[]> {
  const { rows } = await admin.query<SessionRow & { timer_at?: string | null }>(
    `select * from maskline.${table} order by partition, sid`,
  );
  return rows.map(({ timer_at: _, ...row }) => row);
}

/** For the stores of these specs. */
export const masterKey = createSecretKey(randomBytes(32));

export const decoding: Decoding = { upcasters: {}, masterKey };
