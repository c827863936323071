import { within } from '../catching-up.js';
import { countEffects } from '../effects.js';
import { startReader } from '../processes.js';
import type { Probe } from '../probe.js';

/** Milliseconds that a reader is given: longer than any lease here, and enough to ask for it again. */
const patience = 40_000;

export const clockJumps: Probe = {
  name: 'clock-jumps',
  demand:
    'Appends and readers go on when the server’s clock jumps an hour forward and back, and a dead reader is replaced though its lease lies in the future, for clocks are set and machines are moved.',
  async run(ground) {
    const { peer, url, admin } = ground;
    await peer.moveClock(url, '0');
    const store = await ground.open();
    let appended = 0;
    const reaches = async () => {
      await store.append('timed', [{ n: appended }], appended === 0 ? 'no stream' : appended);
      appended++;
      return (await within(patience, async () => (await countEffects(admin)) === appended)) !== null;
    };
    const first = await startReader(ground, 'first');
    for (const ahead of ['0', '1 hour', '-1 hour', '1 hour']) {
      await peer.moveClock(url, ahead);
      if (!(await reaches())) return { holds: false, seen: `nothing came with the clock at ${ahead}` };
    }
    first.signal('SIGKILL');
    await peer.moveClock(url, '0');
    await startReader(ground, 'second');
    if (!(await reaches()))
      return { holds: false, seen: `all came; the dead reader was not replaced in ${patience / 1000} s` };
    return { holds: true, seen: 'all came, also by the reader that replaced the dead one' };
  },
};
