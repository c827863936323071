import type { Endpoint } from './endpoints.js';
import { Connection, WireFault, type RawAnswer } from './exchange.js';
import type { Hostile } from './hostile-bytes.js';
import { pick, type Plan } from './plan.js';
import { asCommand, requestOf, type Request } from './request.js';
import { needsToSettle, settle } from './settle.js';
import { faultsFor, faultsOf, fieldOf, jsonOf } from './verdict.js';
import type { Ownership, Tenant } from './world.js';

/** A request, or bytes that are made of one. */
export interface Step {
  readonly plan: Plan;
  readonly hostile: Hostile | null;
}

/** Takes one step after the other with its own accounts, and throws at the first answer that is not right. */
export class Lane {
  #connection: Connection | null = null;

  constructor(
    private readonly url: URL,
    private readonly endpoints: readonly Endpoint[],
    private readonly tenants: readonly Tenant[],
    private readonly ownership: Ownership,
    private readonly counts: Map<string, number>,
  ) {}

  async take({ plan, hostile }: Step): Promise<void> {
    const tenant = pick(this.tenants, plan.tenant);
    if (needsToSettle(tenant)) await settle(this.url, tenant, this.ownership);
    const request = requestOf(plan, this.tenants, this.url);
    const bytes = hostile?.mutate(request.bytes) ?? request.bytes;
    try {
      if (hostile === null) await this.#ask(request);
      else await this.#provoke(hostile, bytes, request);
    } catch (error) {
      this.close();
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${why}\nby\n${asCommand(bytes, this.url)}\n`, { cause: error });
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async #ask(request: Request): Promise<void> {
    if (this.#connection?.isOver) this.close();
    if (request.endpoint === null) this.#forget(request);
    this.#connection ??= await Connection.open(this.url);
    this.#connection.write(request.bytes);
    const answer = await this.#connection.read(request.method === 'HEAD');
    // One that is too large may be refused by a connection that is gone before it was all sent.
    if (answer === null && request.bytes.length > 500_000) return;
    if (answer === null) throw new WireFault('the connection ended without an answer');
    const isClosed = answer.headers.get('connection') === 'close';
    // Whoever cannot read a request does not know either that it was a HEAD.
    if (this.#connection.rest !== '' && !(request.method === 'HEAD' && isClosed))
      throw new WireFault(`more than an answer: ${this.#connection.rest}`);
    if (isClosed) this.close();
    if (request.method === 'HEAD') return;
    this.#judge(request, answer, faultsFor(request, answer));
    this.#learn(request, answer);
  }

  async #provoke({ pieces, isAbrupt, answers }: Hostile, bytes: Buffer, request: Request): Promise<void> {
    this.#forget(request);
    const connection = await Connection.open(this.url);
    const size = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length; at += size) {
      connection.write(bytes.subarray(at, at + size));
      // A turn of the loop between them, so that they do not go out as one.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (isAbrupt) {
      connection.close();
      return;
    }
    if (answers === null) connection.end();
    for (let count = 0; count !== answers; count++) {
      const answer = await connection.read();
      if (answer === null && answers !== null) throw new WireFault(`${count} answers of ${answers}`);
      if (answer === null) return;
      this.#judge(request, answer, []);
    }
    connection.close();
  }

  #judge(request: Request, answer: RawAnswer, more: readonly string[]): void {
    const route = request.endpoint ? `${request.endpoint.method} ${request.endpoint.template}` : 'made up';
    const key = `${route} ${answer.status}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    const text = answer.body.toString();
    const foreign = this.ownership.foreignIn(
      `${text} ${[...answer.headers.values()].join(' ')}`,
      request.bytes.toString('latin1'),
      request.tenant,
      answer.status < 300,
    );
    const faults = [
      ...faultsOf(answer, this.endpoints),
      ...more,
      ...foreign.map((token) => `shows ${token} of another account`),
    ];
    if (faults.length === 0) return;
    const headers = Array.from(answer.headers, ([name, value]) => `${name}: ${value}`).join('\n');
    throw new Error(`${faults.join('; ')}\nin\n${answer.status}\n${headers}\n\n${text.slice(0, 2000)}`);
  }

  /** What there is now, as the answer tells. */
  #learn(request: Request, answer: RawAnswer): void {
    const { endpoint, tenant, resource } = request;
    if (endpoint === null || answer.status >= 300) return;
    const kind = /\{(\w+)\}$/.exec(endpoint.template)?.[1];
    const sid = fieldOf(answer, 'sid');
    const name = fieldOf(answer, 'unique_name');
    if (endpoint.method === 'DELETE' && kind !== undefined && resource !== null) {
      if (kind === 'participantSid') tenant.change(kind, resource.sid, { isRemoved: true });
      else tenant.remove(resource.sid);
    }
    if (endpoint.method === 'POST' && typeof sid === 'string') {
      const child = this.#childOf(endpoint);
      const isParentKnown = kind === undefined && (resource !== null || !endpoint.template.includes('{'));
      if (answer.status === 201 && isParentKnown && child !== null && tenant.find(child, sid) === null) {
        tenant.add({
          kind: child,
          sid,
          name: typeof name === 'string' ? name : null,
          parent: resource,
        });
      }
      if (kind !== undefined && answer.status === 200 && typeof name === 'string')
        tenant.change(kind, sid, { name });
    }
    const meta = jsonOf(answer) as { meta?: { next_page_url?: string | null } } | undefined;
    const token = /PageToken=([\w-]+)/.exec(meta?.meta?.next_page_url ?? '')?.[1];
    if (token !== undefined) tenant.tokens.push(token);
  }

  /** The path parameter that names what a POST to this list makes. */
  #childOf({ template }: Endpoint): string | null {
    for (const other of this.endpoints) {
      if (!other.template.startsWith(`${template}/{`)) continue;
      const name = /^\{(\w+)\}$/.exec(other.template.slice(template.length + 1))?.[1];
      if (name !== undefined) return name;
    }
    return null;
  }

  /** Whether that changed, nobody knows: it is not asked for again. */
  #forget({ tenant, method, resource }: Request): void {
    if (method !== 'GET' && resource !== null) tenant.forget(resource.sid);
  }
}
