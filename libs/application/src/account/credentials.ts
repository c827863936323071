import { randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import { canonicalSid, readSid, type ApiKeyRole } from '#domain';
import { partitionOf } from '#event-store';
import { Remembered, type Database } from '#platform';
import { findAuthTokens, findKeyHash } from '#read-model';
import { hashSecret, keySlots, openAuthToken } from './secrets.js';

/** What a caller may do: `owner` is whoever has the auth token of the account. */
export type Role = 'owner' | ApiKeyRole;

/** Who calls: the account, and the account or API key that proved itself. */
export interface Caller {
  readonly accountSid: string;
  readonly actor: string;
  readonly role: Role;
}

/** What must be presented; only hashes stay in memory. An account has a second one while its token is rotated. */
interface Expected {
  readonly caller: Caller;
  readonly hashes: readonly Buffer[];
}

interface Known {
  readonly until: number;
  readonly expected: Promise<Expected | null>;
}

/** A revoked key or changed token is refused everywhere after so long. */
const MAX_AGE_MS = 5_000;
/** Unknown names are remembered too, so that guessing costs the database nothing. Up to twice as many; the older ones make room. */
const MOST_REMEMBERED = 10_000;

const MOST_HASHES = 2;
/** Stands where there is nothing to compare with. Nobody can present what has this hash. */
const NO_HASH = randomBytes(32);

/** Checks account SID and one of its auth tokens, or API key SID and its secret. */
export class Credentials {
  readonly #remembered = new Remembered<Known>(MOST_REMEMBERED);

  constructor(
    private readonly db: Database,
    private readonly masterKey: KeyObject,
    private readonly partitions: number,
  ) {}

  /** The caller, or null whichever part is wrong. */
  async check(username: string, password: string): Promise<Caller | null> {
    const sid = readSid('AC', username) ?? readSid('SK', username);
    const expected = sid === null ? null : await this.#expect(sid);
    return isOneOf(hashSecret(password), expected?.hashes ?? []) ? (expected?.caller ?? null) : null;
  }

  /** The primary auth token of an account, as it is now. */
  async authTokenOf(accountSid: string): Promise<string | null> {
    const [primary] = await findAuthTokens(
      this.db.reads,
      partitionOf(accountSid, this.partitions),
      accountSid,
    );
    return primary === undefined ? null : openAuthToken(this.masterKey, accountSid, primary.value);
  }

  /** Has the next check look again: for the one who has just changed what must be presented. */
  forget(sid: string): void {
    this.#remembered.delete(canonicalSid(sid));
  }

  #expect(sid: string): Promise<Expected | null> {
    const now = Date.now();
    const known = this.#remembered.get(sid);
    if (known !== undefined && known.until > now) return known.expected;
    const expected = sid.startsWith('AC') ? this.#account(sid) : this.#apiKey(sid);
    const remembered = { until: now + MAX_AGE_MS, expected };
    this.#remembered.set(sid, remembered);
    // A failed look-up says nothing about the caller: the next request asks again.
    expected.catch(() => {
      if (this.#remembered.get(sid) === remembered) this.#remembered.delete(sid);
    });
    return expected;
  }

  async #account(sid: string): Promise<Expected | null> {
    const found = await findAuthTokens(this.db.reads, partitionOf(sid, this.partitions), sid);
    if (found.length === 0) return null;
    const hashes = found.map(({ value }) => hashSecret(openAuthToken(this.masterKey, sid, value)));
    return { caller: { accountSid: sid, actor: sid, role: 'owner' }, hashes };
  }

  async #apiKey(sid: string): Promise<Expected | null> {
    const found = await findKeyHash(this.db.reads, sid);
    if (found === null) return null;
    const role = found.slot === keySlots['read-only'] ? 'read-only' : 'operator';
    return { caller: { accountSid: found.account_sid, actor: sid, role }, hashes: [found.value] };
  }
}

/** As many comparisons for one token as for two, for a key or for nobody: time tells none of them apart. */
function isOneOf(hash: Buffer, hashes: readonly Buffer[]): boolean {
  let isEqual = false;
  for (let i = 0; i < MOST_HASHES; i++) {
    isEqual = timingSafeEqual(hash, hashes[i] ?? NO_HASH) || isEqual;
  }
  return isEqual;
}
