import pg from 'pg';
import { cleanUp, testDatabase } from '#testing';
import { within } from '../catching-up.js';
import { countEffects } from '../effects.js';
import { startReader } from '../processes.js';
import type { Probe } from '../probe.js';

const patience = 10_000;

export const neverStalls: Probe = {
  name: 'never-stalls',
  demand:
    'Events reach a reader within ten seconds while a transaction in another database of the server is left idle, for one forgotten session of a stranger must not stop what follows the log.',
  async run(ground) {
    const hasCome = (effects: number) => async () => (await countEffects(ground.admin)) === effects;
    const store = await ground.open();
    await startReader(ground, 'only');
    await store.append('before', [{}], 'no stream');
    if ((await within(2 * patience, hasCome(1))) === null)
      return { holds: false, seen: 'nothing came at all' };

    const stranger = await strangerOn(ground.postgres);
    await stranger.query('begin');
    await stranger.query('create table forgotten ()');
    await store.append('meanwhile', [{}, {}, {}], 'no stream');
    const meanwhile = await within(patience, hasCome(4));
    await stranger.query('rollback');
    if (meanwhile !== null) return { holds: true, seen: `they came after ${meanwhile.toFixed(0)} ms` };
    const afterwards = await within(patience, hasCome(4));
    const later =
      afterwards === null ? 'nor after it ended' : `${afterwards.toFixed(0)} ms after it ended they came`;
    return { holds: false, seen: `nothing came in ${patience / 1000} s; ${later}` };
  },
};

/** A connection to another database of the server, of somebody who has nothing to do with the store. */
async function strangerOn(postgres: string): Promise<pg.Client> {
  const { url } = await testDatabase({ postgres, migrated: false });
  const stranger = new pg.Client({ connectionString: url });
  await stranger.connect();
  cleanUp(() => stranger.end());
  return stranger;
}
