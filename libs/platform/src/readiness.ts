/** Something without which this process should get no requests. Rejects, with the reason, while it is not there. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

/** A check that hangs has failed; probes of load balancers wait only a few seconds themselves. */
const CHECK_LIMIT_MS = 2_000;

/** Whether this process should get requests now. */
export class Readiness {
  constructor(private readonly checks: readonly ReadinessCheck[]) {}

  /** Why each check fails, by name; null for one that passes. */
  async ask(): Promise<ReadonlyMap<string, string | null>> {
    return new Map(
      await Promise.all(this.checks.map(async (check) => [check.name, await failure(check)] as const)),
    );
  }
}

async function failure(check: ReadinessCheck): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, CHECK_LIMIT_MS, `no answer within ${CHECK_LIMIT_MS} ms`);
  });
  const answer = check.check().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
