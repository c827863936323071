import { Logger } from '@nestjs/common';
import { describeError } from './describe-error.js';

/** Something without which this process should get no requests. Rejects, with the reason, while it is not there. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

/** Something to be said to whoever looks, though no restart and no other process would mend it. Null when there is nothing. */
export interface ReadinessRemark {
  readonly name: string;
  remark(): Promise<string | null>;
}

/** A check that hangs has failed; probes of load balancers wait only a few seconds themselves. */
const CHECK_LIMIT_MS = 2_000;

/** What /readyz says, as an HTTP status and a body. */
export interface ReadinessAnswer {
  readonly code: 200 | 503;
  readonly body: {
    readonly status: 'ready' | 'not ready';
    readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
    readonly remarks?: Readonly<Record<string, string>>;
  };
}

/** Whether this process should get requests now. */
export class Readiness {
  private readonly logger = new Logger(Readiness.name);

  private readonly checks: readonly ReadinessCheck[];
  private readonly remarks: readonly ReadinessRemark[];

  constructor(points: readonly (ReadinessCheck | ReadinessRemark)[]) {
    this.checks = points.filter((point) => 'check' in point);
    this.remarks = points.filter((point) => 'remark' in point);
  }

  /** Each check by name. Why one fails is for the log: anyone may ask. */
  async ask(): Promise<ReadinessAnswer> {
    const [results, remarks] = await Promise.all([
      Promise.all(this.checks.map(async (check) => [check.name, await failure(check)] as const)),
      Promise.all(this.remarks.map(async (remark) => [remark.name, await said(remark)] as const)),
    ]);
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
        ...(remarks.some(([, text]) => text !== null) && {
          remarks: Object.fromEntries(
            remarks.flatMap(([name, text]) => (text === null ? [] : [[name, text]])),
          ),
        }),
      },
    };
  }
}

function failure(check: ReadinessCheck): Promise<string | null> {
  const answer = check.check().then(
    () => null,
    (error: unknown) => describeError(error).message,
  );
  return inTime(answer, `no answer within ${CHECK_LIMIT_MS} ms`);
}

/** What cannot be read now is not worth a word: a check says why. */
function said(remark: ReadinessRemark): Promise<string | null> {
  return inTime(
    remark.remark().catch(() => null),
    null,
  );
}

async function inTime<Answer>(answer: Promise<Answer>, late: Answer): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Answer>((resolve) => {
    timer = setTimeout(resolve, CHECK_LIMIT_MS, late);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
