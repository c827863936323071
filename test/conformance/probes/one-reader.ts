import { waitFor } from '#testing';
import { catchUp, within } from '../catching-up.js';
import { auditEffects, countEffectsOf, describeAudit } from '../effects.js';
import { startReader, startWriter } from '../processes.js';
import type { Probe } from '../probe.js';

/** Milliseconds after which another must have taken over: a lease of 15 s, and a transaction that was stopped in its midst. */
const patience = 120_000;
const quiet = 20_000;

export const oneReader: Probe = {
  name: 'one-reader',
  demand:
    'A reader that was stopped past its lease and woken after another took over does nothing twice, for a pause of a machine must not book anything again.',
  async run(ground) {
    const notedBy = (reader: string) => countEffectsOf(ground.admin, reader);
    const writer = await startWriter(ground, 'only');
    const first = await startReader(ground, 'first');
    await writer.write(200);
    await waitFor(async () => (await notedBy('first')) > 0);
    await startReader(ground, 'second');

    // Stopped while it has work.
    const before = await notedBy('first');
    const writing = writer.write(2000);
    await waitFor(async () => (await notedBy('first')) > before);
    first.signal('SIGSTOP');
    await writing;
    const takeover = await within(patience, async () => (await notedBy('second')) > 0);
    if (takeover === null) return { holds: false, seen: `nobody took over in ${patience / 1000} s` };

    // Woken while there is work.
    const more = writer.write(1000);
    first.signal('SIGCONT');
    await more;
    await catchUp(ground, quiet);
    await writer.write(1000);
    await catchUp(ground, quiet);
    const audit = await auditEffects(ground.admin, ground.peer);
    return {
      holds: audit.doubled === 0,
      seen: `taken over after ${(takeover / 1000).toFixed(0)} s; ${describeAudit(audit)}`,
    };
  },
};
