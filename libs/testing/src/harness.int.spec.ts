import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUp } from './clean-up.js';
import { moveClock } from './move-clock.js';
import { queueBackends, redisUrl } from './queue-backends.js';
import { postgresVersions, testDatabase } from './test-database.js';

describe.each(postgresVersions())('a test database on PostgreSQL %s', (postgres) => {
  it('is migrated, of the version asked for, and nobody else’s', async () => {
    const [one, other] = await Promise.all([testDatabase({ postgres }), testDatabase({ postgres })]);
    await one.database.admin.query('create table maskline.mine ()');

    const { rows } = await other.database.reads.query(
      `select current_setting('server_version_num')::int / 10000 as version,
         to_regclass('maskline.event') is not null as migrated, to_regclass('maskline.mine') as mine`,
    );
    expect(rows).toEqual([{ version: Number(postgres), migrated: true, mine: null }]);
  });

  it('has a clock to move, also under statements that were planned before', async () => {
    const { database } = await testDatabase({ postgres });
    const ahead = {
      name: 'ahead',
      text: `select round(extract(epoch from maskline.clock() - clock_timestamp()))::int as seconds`,
    };
    const seconds = async () => (await database.append.query<{ seconds: number }>(ahead)).rows[0]?.seconds;
    for (let times = 0; times < 8; times += 1) await seconds();

    expect(await seconds()).toBe(0);
    await moveClock(database, '3 hours');
    expect(await seconds()).toBe(10_800);
    await moveClock(database, '0');
    expect(await seconds()).toBe(0);
  });
});

(queueBackends().includes('redis') ? describe : describe.skip)('a test Redis', () => {
  it('is empty and nobody else’s', async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    await one.set('key', 'mine');

    expect(await other.get('key')).toBeNull();
  });
});

async function connect(): Promise<Redis> {
  const redis = new Redis(await redisUrl());
  cleanUp(() => {
    redis.disconnect();
  });
  return redis;
}
