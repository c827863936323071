import { createSecretKey, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { newSid, type Database } from '#platform';
import { testDatabase } from '#testing';
import { Credentials } from './credentials.js';
import { hashSecret, sealAuthToken } from './secrets.js';

const masterKey = createSecretKey(randomBytes(32));

let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
});

async function put(account: string, sid: string, slot: string, value: Buffer): Promise<void> {
  await database.admin.query(
    `insert into maskline.secret values (0, $1, $2, $3, $4)
     on conflict (partition, account_sid, sid, slot) do update set value = excluded.value`,
    [account, sid, slot, value],
  );
}

async function newAccount(tokens: Readonly<Record<string, string>>): Promise<string> {
  const sid = newSid('AC');
  for (const [slot, token] of Object.entries(tokens)) {
    await put(sid, sid, slot, sealAuthToken(masterKey, sid, token));
  }
  return sid;
}

const credentials = () => new Credentials(database, masterKey, 1);

describe('credentials', () => {
  it('of an account are its primary token and, while there is one, its secondary one', async () => {
    const sid = await newAccount({ 'auth-token': 'the-first-token', 'secondary-token': 'the-second-token' });
    const caller = { accountSid: sid, actor: sid, role: 'owner' };
    expect(await credentials().check(sid, 'the-first-token')).toEqual(caller);
    expect(await credentials().check(sid, 'the-second-token')).toEqual(caller);
    for (const wrong of ['', 'the-third-token', 'the-first-token ', 'the-first-tokenthe-second-token']) {
      expect(await credentials().check(sid, wrong)).toBeNull();
    }
    expect(await credentials().authTokenOf(sid)).toBe('the-first-token');
  });

  it('of an account or a key are of no other', async () => {
    const sid = await newAccount({ 'auth-token': 'the-first-token' });
    const other = await newAccount({ 'auth-token': 'the-other-token' });
    const key = newSid('SK');
    await put(sid, key, 'key-hash', hashSecret('the-secret'));
    await database.admin.query('insert into maskline.api_key values ($1, 0, $2)', [key, sid]);

    expect(await credentials().check(key, 'the-secret')).toEqual({
      accountSid: sid,
      actor: key,
      role: 'operator',
    });
    expect(await credentials().check(sid, 'the-secret')).toBeNull();
    expect(await credentials().check(key, 'the-first-token')).toBeNull();
    expect(await credentials().check(other, 'the-first-token')).toBeNull();
    // What is stored is not what is presented.
    expect(await credentials().check(key, hashSecret('the-secret').toString('hex'))).toBeNull();
  });

  it('of a read-only key lie apart from those of other keys', async () => {
    const sid = await newAccount({ 'auth-token': 'the-first-token' });
    const key = newSid('SK');
    await put(sid, key, 'read-only-key-hash', hashSecret('the-secret'));
    await database.admin.query('insert into maskline.api_key values ($1, 0, $2)', [key, sid]);
    expect(await credentials().check(key, 'the-secret')).toMatchObject({ actor: key, role: 'read-only' });
    expect(await credentials().check(key, 'another-secret')).toBeNull();
  });

  it.each(['', 'admin', `AC${'0'.repeat(32)}`, `SK${'0'.repeat(32)}`, `KS${'0'.repeat(32)}`])(
    'of %p are none',
    async (username) => {
      expect(await credentials().check(username, '')).toBeNull();
      expect(await credentials().check(username, 'the-first-token')).toBeNull();
    },
  );

  it('of one account do not open in the row of another', async () => {
    const sid = await newAccount({ 'auth-token': 'the-first-token' });
    const other = newSid('AC');
    await put(other, other, 'auth-token', sealAuthToken(masterKey, sid, 'the-first-token'));
    await expect(credentials().check(other, 'the-first-token')).rejects.toThrow();
  });
});
