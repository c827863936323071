import { newSid } from '#platform';
import { writeTo } from '../bench-server.js';
import { openEmmett } from '../emmett.js';
import { nextSession } from '../session-wish.js';
import { writeLives, type Lived } from './session-lives.js';

/** Fills a database with the same through emmett's store. */
export async function fillEmmett(url: string, sessions: number): Promise<void> {
  const { store, close } = await openEmmett(url, []);
  const serviceSid = newSid('KS');
  const append = (sid: string, version: bigint, event: Lived) =>
    store.appendToStream<Lived>(`session-${sid}`, [event], { expectedStreamVersion: version });
  await writeLives(
    {
      // Its consumers read in the order of transactions and pass over what has a lower position than an event they have handled.
      // Of what 64 wrote at a time they missed a sixth; one after the other nothing is out of order, and it has all to do.
      writers: 1,
      create: async () => {
        const { status: _, ...data } = nextSession(serviceSid);
        const sid = newSid('KC');
        await append(sid, 0n, { type: 'SessionCreated', data });
        return sid;
      },
      shortenTtl: (sid) => append(sid, 1n, { type: 'SessionTtlChanged', data: { ttl: 1800 } }),
      close: (sid) => append(sid, 2n, { type: 'SessionClosed', data: { reason: 'api' } }),
    },
    sessions,
  );
  await close();
  await writeTo(url, 'vacuum (analyze)');
}
