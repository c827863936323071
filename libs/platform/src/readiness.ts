import { Logger } from '@nestjs/common';
import { describeError } from './describe-error.js';

/** Something without which this process should get no requests. Rejects, with the reason, while it is not there. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

/** A check that hangs has failed; probes of load balancers wait only a few seconds themselves. */
const CHECK_LIMIT_MS = 2_000;

/** What /readyz says, as an HTTP status and a body. */
export interface ReadinessAnswer {
  readonly code: 200 | 503;
  readonly body: {
    readonly status: 'ready' | 'not ready';
    readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
  };
}

/** Whether this process should get requests now. */
export class Readiness {
  private readonly logger = new Logger(Readiness.name);

  constructor(private readonly checks: readonly ReadinessCheck[]) {}

  /** Each check by name. Why one fails is for the log: anyone may ask. */
  async ask(): Promise<ReadinessAnswer> {
    const results = await Promise.all(
      this.checks.map(async (check) => [check.name, await failure(check)] as const),
    );
    const failing = results.filter(([, reason]) => reason !== null);
    if (failing.length > 0) {
      this.logger.warn(`not ready: ${failing.map(([name, reason]) => `${name}: ${reason}`).join('; ')}`);
    }
    return {
      code: failing.length === 0 ? 200 : 503,
      body: {
        status: failing.length === 0 ? 'ready' : 'not ready',
        checks: Object.fromEntries(
          results.map(([name, reason]) => [name, reason === null ? 'ok' : 'failing']),
        ),
      },
    };
  }
}

async function failure(check: ReadinessCheck): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, CHECK_LIMIT_MS, `no answer within ${CHECK_LIMIT_MS} ms`);
  });
  const answer = check.check().then(
    () => null,
    (error: unknown) => describeError(error).message,
  );
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
