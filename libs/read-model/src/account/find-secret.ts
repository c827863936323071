import type { Queryable } from '#event-store';
import { statement } from '#platform';

export interface StoredSecret {
  readonly account_sid: string;
  readonly value: Buffer;
}

/** Where the hash of an API key's secret lies, by what the key may do. */
export type KeySlot = 'key-hash' | 'read-only-key-hash';

export interface StoredKeyHash extends StoredSecret {
  readonly slot: KeySlot;
}

const authTokens = statement(
  'find-auth-tokens',
  `select account_sid, value from maskline.secret
   where partition = $1 and account_sid = $2 and sid = $2 and slot in ('auth-token', 'secondary-token')
   order by slot`,
);

const keyHash = statement(
  'find-key-hash',
  `select account_sid, value, slot from maskline.api_key join maskline.secret using (partition, account_sid, sid)
   where sid = $1 and slot in ('key-hash', 'read-only-key-hash')`,
);

/** The sealed auth tokens of an account, the primary one first. */
export async function findAuthTokens(
  db: Queryable,
  partition: number,
  accountSid: string,
): Promise<StoredSecret[]> {
  const { rows } = await db.query<StoredSecret>(authTokens(partition, accountSid));
  return rows;
}

/** The auth token of one account or another; null when there is none yet. */
export async function findAnyAuthToken(db: Queryable): Promise<StoredSecret | null> {
  const text = `select account_sid, value from maskline.secret where slot = 'auth-token' limit 1`;
  const { rows } = await db.query<StoredSecret>({ name: 'find-any-auth-token', text, values: [] });
  const [secret] = rows;
  return secret ?? null;
}

/** The hash of an API key's secret, and the account that the key belongs to. */
export async function findKeyHash(db: Queryable, keySid: string): Promise<StoredKeyHash | null> {
  const { rows } = await db.query<StoredKeyHash>(keyHash(keySid));
  return rows[0] ?? null;
}
