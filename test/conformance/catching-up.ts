import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '#testing';
import { countEffects, countEvents } from './effects.js';
import type { Ground } from './probe.js';

/** Waits until there are as many effects as events, or nothing has come for so many milliseconds. */
export async function catchUp({ admin, peer }: Ground, quiet: number): Promise<void> {
  let known = 0;
  let since = performance.now();
  for (;;) {
    const effects = await countEffects(admin);
    if (effects >= (await countEvents(admin, peer))) return;
    if (effects > known) since = performance.now();
    if (performance.now() - since > quiet) return;
    known = effects;
    await pause(50);
  }
}

/** Milliseconds until it was so; null when it was not. */
export async function within(
  patience: number,
  condition: () => boolean | Promise<boolean>,
): Promise<number | null> {
  const started = performance.now();
  return waitFor(condition, { within: patience }).then(
    () => performance.now() - started,
    () => null,
  );
}
