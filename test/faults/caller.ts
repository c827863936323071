import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import twilio from 'twilio';
import type { RequestOptions } from 'twilio/lib/base/RequestClient.js';
import type response from 'twilio/lib/http/response.js';
import { z } from 'zod';
import type { DomainEvent } from '#domain';
import { newSid } from '#platform';
import type { Fleet } from './fleet.js';
import type { Random } from './random.js';

/** A command that was answered with success. */
export interface Acknowledged {
  readonly requestId: string;
  /** Of the client's own key; null without one. */
  readonly commandId: string | null;
  readonly sid: string;
  /** An event that it must have made; null when it may have had nothing to do. */
  readonly made: { readonly type: DomainEvent['type']; readonly ttl?: number } | null;
}

type Made = Acknowledged['made'];

interface Session {
  readonly serviceSid: string;
  readonly sid: string;
  /** `short` may have ended by itself by now. */
  readonly life: 'active' | 'short' | 'closed';
  readonly ttl: number;
}

/** Longer than any run, so that these end only when somebody says so. */
const longTtl = 200_000;
const answerWithin = 15_000;
const keyedGivesUpAfter = 90_000;
const restBetween = 15;
const restAfterFailure = 60;

/** The SDK's client, which sends one key and keeps the id of the last answer. */
class CallerClient extends twilio.RequestClient {
  key: string | null = null;
  requestId: string | null = null;

  override async request<Data>(options: RequestOptions<Data>): Promise<response.default<Data>> {
    this.requestId = null;
    const headers = { ...options.headers, ...(this.key !== null && { 'Idempotency-Key': this.key }) };
    const answer = await super.request<Data>({ ...options, headers });
    // The SDK types headers loosely.
    const { 'twilio-request-id': requestId } = answer.headers as Readonly<Record<string, string>>;
    this.requestId = requestId ?? null;
    return answer;
  }
}

const refusal = z.object({ status: z.int(), code: z.int().optional() });

/** What became of a call. Unsure: no answer, or one that says nothing of whether it took effect. */
type Outcome<Answer> =
  | { readonly kind: 'done'; readonly answer: Answer; readonly by: number; readonly requestId: string }
  | { readonly kind: 'refused'; readonly status: number; readonly code: number }
  | { readonly kind: 'unsure' };

/** What all callers of a run tell. */
export interface Told {
  readonly acknowledged: Acknowledged[];
  /** Broken promises that a caller can see. */
  readonly wrong: string[];
  /** How often each api has acknowledged. */
  readonly by: [number, number];
  readonly unsure: { count: number };
}

/**
 * A customer with services and sessions of their own, so that they know what each answer must be. They call one api after
 * the other through Twilio's SDK, and call again with the same key what had one and was not answered.
 */
export class Caller {
  readonly #client: CallerClient;
  readonly #sdk: twilio.Twilio;
  #services: string[] = [];
  #sessions: Session[] = [];
  #ttl = longTtl;
  #isPaused = false;
  #isStopped = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly fleet: Fleet,
    private readonly random: Random,
    private readonly told: Told,
    private readonly name: string,
  ) {
    const { sid, authToken } = fleet.account;
    this.#client = new CallerClient({ timeout: answerWithin });
    this.#sdk = twilio(sid, authToken, { httpClient: this.#client });
  }

  start(): void {
    this.#turn = this.#work();
  }

  /** Ends what is under way, and nothing is begun until `resume`. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#turn;
  }

  resume(): void {
    this.#isPaused = false;
    this.start();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#turn;
  }

  async #work(): Promise<void> {
    while (!this.#isPaused && !this.#isStopped) {
      try {
        await this.#deed();
      } catch (error) {
        this.#wrong(
          `cannot go on: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      }
      await pause(restBetween);
    }
  }

  async #deed(): Promise<void> {
    if (this.#services.length === 0) return this.#addService();
    const session = this.random.pick(this.#sessions);
    if (session === undefined || this.#sessions.length < 4) return this.#addSession();
    const which = this.random.below(100);
    if (which < 20) return this.#addSession();
    if (which < 45) return this.#changeTtl(session);
    if (which < 55) return this.#shorten(session);
    if (which < 65) return this.#close(session);
    if (which < 80) return this.#look(session);
    if (which < 90) return this.#deleteSession(session);
    // Left to end by itself, which nobody but a worker does.
    if (which < 97) this.#forget(session);
    else if (this.#services.length < 3) await this.#addService();
    else await this.#deleteService();
  }

  async #addService(): Promise<void> {
    const uniqueName = `${this.name}-${newSid('KS')}`;
    const outcome = await this.#command(true, (v1) => v1.services.create({ uniqueName }));
    if (outcome.kind === 'done') {
      const { sid } = outcome.answer;
      this.#acknowledge(outcome, sid, { type: 'ServiceCreated' });
      this.#services.push(sid);
    } else this.#unexpected('create a service', outcome);
  }

  async #deleteService(): Promise<void> {
    const sid = this.#services.shift() ?? '';
    this.#sessions = this.#sessions.filter((session) => session.serviceSid !== sid);
    const outcome = await this.#command(false, (v1) => v1.services(sid).remove());
    if (outcome.kind === 'done') this.#acknowledge(outcome, sid, { type: 'ServiceDeleted' });
    else this.#unexpected(`delete the service ${sid}`, outcome);
  }

  async #addSession(): Promise<void> {
    const serviceSid = this.random.pick(this.#services) ?? '';
    const isKeyed = this.random.chance(50);
    const isShort = this.random.chance(30);
    const ttl = isShort ? 1 + this.random.below(2) : this.#nextTtl();
    // Without a key a second try would meet its own name.
    const uniqueName = isKeyed ? { uniqueName: `${this.name}-${newSid('KC')}` } : {};
    const outcome = await this.#command(isKeyed, (v1) =>
      v1.services(serviceSid).sessions.create({ ttl, ...uniqueName }),
    );
    if (outcome.kind !== 'done') {
      this.#unexpected(`create a session of ${serviceSid}`, outcome);
      return;
    }
    const { sid } = outcome.answer;
    this.#acknowledge(outcome, sid, { type: 'SessionCreated', ttl });
    this.#sessions.push({ serviceSid, sid, ttl, life: isShort ? 'short' : 'active' });
  }

  /** Re-opens what has ended. */
  async #changeTtl(session: Session): Promise<void> {
    const ttl = this.#nextTtl();
    const opens = session.life === 'active' ? {} : { status: 'in-progress' as const };
    await this.#update(
      session,
      { ttl, ...opens },
      { type: 'SessionTtlChanged', ttl },
      { ttl, life: 'active' },
    );
  }

  async #shorten(session: Session): Promise<void> {
    if (session.life !== 'active') return this.#changeTtl(session);
    const ttl = 1 + this.random.below(2);
    // Measured from the creation or the re-opening: most are overdue at once.
    await this.#update(session, { ttl }, { type: 'SessionTtlChanged', ttl }, { ttl, life: 'short' });
  }

  async #close(session: Session): Promise<void> {
    if (session.life !== 'active') return this.#changeTtl(session);
    await this.#update(session, { status: 'closed' }, { type: 'SessionClosed' }, { life: 'closed' });
  }

  async #update(
    session: Session,
    wish: { ttl?: number; status?: 'in-progress' | 'closed' },
    made: Made,
    becomes: Partial<Session>,
  ): Promise<void> {
    const { serviceSid, sid } = session;
    const isKeyed = this.random.chance(50);
    const outcome = await this.#command(isKeyed, (v1) => v1.services(serviceSid).sessions(sid).update(wish));
    this.#forget(session);
    if (outcome.kind === 'done') {
      this.#acknowledge(outcome, sid, made);
      this.#sessions.push({ ...session, ...becomes });
    } else this.#unexpected(`update ${session.life} session ${sid} to ${JSON.stringify(wish)}`, outcome);
  }

  async #deleteSession(session: Session): Promise<void> {
    const { serviceSid, sid } = session;
    this.#forget(session);
    const outcome = await this.#command(false, (v1) => v1.services(serviceSid).sessions(sid).remove());
    if (outcome.kind === 'done') this.#acknowledge(outcome, sid, { type: 'SessionDeleted' });
    else this.#unexpected(`delete session ${sid}`, outcome);
  }

  /** A read sees every write that was answered before, on whichever api. */
  async #look({ serviceSid, sid, life, ttl }: Session): Promise<void> {
    const outcome = await this.#call(null, (v1) => v1.services(serviceSid).sessions(sid).fetch());
    if (outcome.kind === 'unsure') return;
    if (outcome.kind === 'refused') {
      this.#unexpected(`fetch ${life} session ${sid}`, outcome);
      return;
    }
    const { status, ttl: seen } = outcome.answer;
    const isClosed = status === 'closed';
    if (seen !== ttl || (life === 'active' && isClosed) || (life === 'closed' && !isClosed)) {
      this.#wrong(`${sid} is ${life} with ttl ${ttl}, but was shown ${status} with ttl ${seen}`);
    }
  }

  /** Sends it again with the same key until it is answered; without a key only once. */
  async #command<Answer>(
    isKeyed: boolean,
    call: (v1: twilio.Twilio['proxy']['v1']) => Promise<Answer>,
  ): Promise<Outcome<Answer> & { readonly key?: string | null }> {
    const key = isKeyed ? newSid('RQ') : null;
    const givesUp = performance.now() + keyedGivesUpAfter;
    for (;;) {
      const outcome = await this.#call(key, call);
      if (outcome.kind !== 'unsure' || key === null) return { ...outcome, key };
      if (performance.now() > givesUp) {
        this.#wrong(`no answer to a command with a key within ${keyedGivesUpAfter} ms`);
        return outcome;
      }
    }
  }

  async #call<Answer>(
    key: string | null,
    call: (v1: twilio.Twilio['proxy']['v1']) => Promise<Answer>,
  ): Promise<Outcome<Answer>> {
    const which = this.random.below(2) === 0 ? 0 : 1;
    const api = this.fleet.apis[which].running ?? this.fleet.apis[1 - which]?.running;
    if (api == null) {
      await pause(restAfterFailure);
      return { kind: 'unsure' };
    }
    const by = api === this.fleet.apis[0].running ? 0 : 1;
    this.#sdk.proxy.baseUrl = api.url;
    this.#client.key = key;
    try {
      const answer = await call(this.#sdk.proxy.v1);
      this.told.by[by]++;
      return { kind: 'done', answer, by, requestId: this.#client.requestId ?? '' };
    } catch (error) {
      const { data: refused } = refusal.safeParse(error);
      if (refused?.status === 500)
        this.#wrong(`500 for request ${this.#client.requestId ?? 'unknown'} of ${this.fleet.apis[by].name}`);
      if (refused === undefined || refused.status >= 500) {
        this.told.unsure.count++;
        await pause(restAfterFailure);
        return { kind: 'unsure' };
      }
      return { kind: 'refused', status: refused.status, code: refused.code ?? 0 };
    }
  }

  #acknowledge(
    { requestId, key }: { readonly requestId: string; readonly key?: string | null },
    sid: string,
    made: Made,
  ): void {
    const commandId = key == null ? null : digest([this.fleet.account.sid, key]);
    this.told.acknowledged.push({ requestId, commandId, sid, made });
  }

  /** Nobody else touches what is ours, so nothing is refused. */
  #unexpected(what: string, outcome: Outcome<unknown>): void {
    if (outcome.kind === 'refused') this.#wrong(`${outcome.status}/${outcome.code} to: ${what}`);
  }

  #wrong(what: string): void {
    this.told.wrong.push(`${this.name}: ${what}`);
  }

  #forget(session: Session): void {
    this.#sessions = this.#sessions.filter(({ sid }) => sid !== session.sid);
  }

  #nextTtl(): number {
    return ++this.#ttl;
  }
}

/** As the api makes a command id of a client's key. */
function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
