import { createHash } from 'node:crypto';
import { readAnySid } from '#domain';
import { Remembered } from '#platform';
import { Allowance, MINUTE } from './allowance.js';
import { networkOf } from './network-of.js';

/** What an address may fail in a minute at all names together, and all addresses at one name, in multiples of the setting. */
const OF_AN_ADDRESS = 5;
const AT_A_NAME = 10;
/** Of each kind, up to twice as many; the older ones make room. */
const MOST_REMEMBERED = 10_000;

/** An address that has failed at a name. */
interface Failures {
  lastAt: number;
  /** The wrong passwords of the last minute, hashed. */
  readonly passwords: Set<string>;
}

/**
 * Slows down who guesses passwords, without locking out who knows them:
 * - An address that fails at a name is not listened to at that name for a while; other addresses are.
 * - An address that fails at many names is not listened to at all, but at the names under which it has logged in before: it
 *   may be a proxy, or the one address of many callers.
 * - A name at which many addresses fail listens once a minute to each of them, and to every other address as ever.
 * The same wrong password over again counts once: a client with an ended token guesses nothing, and those beside it are right.
 * In memory, so each process counts for itself.
 */
export class FailedLogins {
  readonly #pairs = new Remembered<Failures>(MOST_REMEMBERED);
  readonly #proven = new Remembered<true>(MOST_REMEMBERED);
  readonly #byPair: Allowance;
  readonly #byAddress: Allowance;
  readonly #byName: Allowance;

  /** `perMinute` is what one address may fail at one name; 0 counts nothing. */
  constructor(private readonly perMinute: number) {
    this.#byPair = new Allowance(perMinute, MOST_REMEMBERED);
    this.#byAddress = new Allowance(perMinute * OF_AN_ADDRESS, MOST_REMEMBERED);
    this.#byName = new Allowance(perMinute * AT_A_NAME, MOST_REMEMBERED);
  }

  /** For how many milliseconds this login is not even looked at; 0 when it is. */
  wait(address: string, username: string, now: number): number {
    if (this.perMinute === 0) return 0;
    const network = networkOf(address);
    const name = nameOf(username);
    const pair = `${network} ${name}`;
    const failures = this.#pairs.get(pair);
    return Math.max(
      this.#byPair.wait(pair, now),
      this.#proven.get(pair) === true ? 0 : this.#byAddress.wait(network, now),
      failures !== undefined && this.#byName.wait(name, now) > 0 ? failures.lastAt + MINUTE - now : 0,
    );
  }

  failed(address: string, username: string, password: string, now: number): void {
    if (this.perMinute === 0) return;
    const network = networkOf(address);
    const name = nameOf(username);
    const pair = `${network} ${name}`;
    const known = this.#pairs.get(pair);
    const failures =
      known === undefined || known.lastAt + MINUTE <= now
        ? { lastAt: now, passwords: new Set<string>() }
        : known;
    const hash = createHash('sha256').update(`${username}:${password}`).digest('base64');
    if (failures.passwords.has(hash)) return;
    failures.lastAt = now;
    failures.passwords.add(hash);
    this.#pairs.set(pair, failures);
    this.#byPair.use(pair, now);
    this.#byAddress.use(network, now);
    // What is no SID is nobody's name.
    if (name !== '') this.#byName.use(name, now);
  }

  succeeded(address: string, username: string): void {
    const pair = `${networkOf(address)} ${nameOf(username)}`;
    if (this.perMinute > 0 && this.#proven.get(pair) === undefined) this.#proven.set(pair, true);
  }
}

function nameOf(username: string): string {
  return readAnySid(username) ?? '';
}
