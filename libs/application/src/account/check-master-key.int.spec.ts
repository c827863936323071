import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newSid, StartError, type Database } from '#platform';
import { testDatabase } from '#testing';
import { checkMasterKey } from './check-master-key.js';
import { sealAuthToken } from './secrets.js';

const right = createSecretKey(randomBytes(32));
const wrong = createSecretKey(randomBytes(32));
const refusal = new StartError(
  'MASKLINE_MASTER_KEY is not the key that the secrets of this database are sealed with',
);

async function addSecret({ admin }: Database): Promise<void> {
  const sid = newSid('AC');
  await admin.query(`insert into maskline.secret values (0, $1, $1, 'auth-token', $2)`, [
    sid,
    sealAuthToken(right, sid, 'a-long-enough-token'),
  ]);
}

describe('the master key', () => {
  it('is the one of the first start from then on', async () => {
    const { database } = await testDatabase();
    await checkMasterKey(database, right);

    await expect(checkMasterKey(database, wrong)).rejects.toThrow(refusal);
    await expect(checkMasterKey(database, right)).resolves.toBeUndefined();
  });

  it('of a database that has secrets already is the one that opens them', async () => {
    const { database } = await testDatabase();
    await addSecret(database);

    await expect(checkMasterKey(database, wrong)).rejects.toThrow(refusal);
    await expect(checkMasterKey(database, right)).resolves.toBeUndefined();
  });

  it('of processes that start at the same time is one and the same', async () => {
    const { database } = await testDatabase();

    const starts = await Promise.allSettled([right, wrong].map((key) => checkMasterKey(database, key)));

    expect(starts.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});
