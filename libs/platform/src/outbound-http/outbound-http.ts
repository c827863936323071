import { Agent } from 'undici';
import { version } from '../version.js';
import { attempt, type Reads } from './attempt.js';
import { retryPolicyFor, type CallOutcome } from './call-outcome.js';
import type { CallTarget } from './call-target.js';
import { reachesHost, type CallbackReach } from './callback-reach.js';
import { guardedConnector } from './guarded-connector.js';
import { boundedResolve, resolveBySystem, type Resolve } from './resolve-names.js';

export interface OutboundCall {
  readonly target: CallTarget;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** But with `body`, the outcome is known as soon as the status is, and what else is answered plays no part in it. */
  readonly reads: Reads;
  /** Milliseconds for all attempts, where the target's own limit is longer. */
  readonly mostMs?: number;
}

/** One host that hangs takes no more than these; further calls wait for one of them, as part of their connect time-out. */
const CONNECTIONS_PER_HOST = 64;

/** Shorter than any server's own, so that no call meets a connection that is just being closed; a server may name a longer one. */
const KEEP_ALIVE_MS = 1_000;
const MAX_KEEP_ALIVE_MS = 10_000;

/** Calls servers of our users. They may be anywhere and do anything: hang, drip, never end, redirect, lie about who they are. */
export class OutboundHttp {
  readonly #agent: Agent;

  constructor(
    private readonly reach: CallbackReach,
    resolve: Resolve = boundedResolve(resolveBySystem),
  ) {
    this.#agent = new Agent({
      connect: guardedConnector(reach, resolve),
      connections: CONNECTIONS_PER_HOST,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: MAX_KEEP_ALIVE_MS,
      // Each attempt keeps its own, finer time.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Whether a URL might be called, before its name is resolved. */
  mayCall(url: string): boolean {
    return reachesHost(this.reach, url);
  }

  /** Never rejects, follows no redirects. The same call is sent again as the target's limits say. */
  async post({ target, contentType, body, headers, reads, mostMs }: OutboundCall): Promise<CallOutcome> {
    const { limits, authorization } = target;
    const { origin, pathname, search } = new URL(target.url);
    const request = {
      origin,
      path: `${pathname}${search}`,
      method: 'POST' as const,
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': `Maskline/${version}`,
        'content-type': contentType,
        ...(authorization !== null && { authorization }),
        ...headers,
      },
      body,
    };
    const deadline = performance.now() + Math.min(limits.total, mostMs ?? limits.total);
    for (let retries = limits.retries; ; retries--) {
      const total = deadline - performance.now();
      const outcome = await attempt(this.#agent, request, { ...limits, total }, reads);
      const policy = retryPolicyFor(outcome);
      const isWorthAnother = retries > 0 && policy !== null && limits.retryOn.has(policy);
      if (!isWorthAnother || performance.now() >= deadline) return outcome;
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
