import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the condition answers something (not null, undefined or false), and answers that.
 * A condition that throws counts as not met yet; its last error is the cause when time is up. The limit is for what never comes:
 * what comes is waited for no longer than it takes, and a machine that does other things as well takes long.
 */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  { within = 60_000, every = 20 }: { within?: number; every?: number } = {},
): Promise<Exclude<Value, false | null | undefined>> {
  const deadline = performance.now() + within;
  for (;;) {
    let cause: unknown;
    try {
      const value = await condition();
      // TypeScript does not narrow a type parameter by comparison.
      if (value !== false && value != null) return value as Exclude<Value, false | null | undefined>;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not so within ${within} ms`, { cause });
    await delay(every);
  }
}
