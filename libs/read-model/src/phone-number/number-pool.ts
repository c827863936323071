import { CoalescedRead, partitionOf, plainArray, textArray } from '#event-store';
import type { AreaCodesByLevel, SessionMode } from '#domain';
import type { Database } from '#platform';
import { pointReads } from '../point-reads.js';
import { held, named } from './named-number.js';
import { diagnose, pick } from './pick-number.js';

/** What a number must be for somebody who has none yet (contract §13.3). The rules of the service are added where it is picked. */
export interface NumberWish {
  readonly accountSid: string;
  readonly serviceSid: string;
  /** Of a session that is to be made, its mode; else its SID. */
  readonly session: { readonly mode: SessionMode } | { readonly sid: string };
  readonly identifier: string;
  /** Countries whose numbers serve this person; null for any. */
  readonly countries: readonly string[] | null;
  /** Near enough to theirs. */
  readonly areaCodes: AreaCodesByLevel;
  /** Only a number that no active session uses. */
  readonly isUnused: boolean;
}

/** The same as it fails, with the rules of the service. */
export interface VainWish extends Pick<NumberWish, 'accountSid' | 'serviceSid' | 'countries'> {
  readonly mode: SessionMode;
  /** Null for any. */
  readonly areaCodes: readonly string[] | null;
}

export interface PickedNumber {
  readonly sid: string;
  readonly number: string;
  /** Of its stream: whoever uses the number must find it there still. */
  readonly version: number;
}

/** What was found: null in the place of the mode when there is no such session, or no such service. */
export interface Found {
  readonly mode: SessionMode | null;
  readonly number: PickedNumber | null;
}

/** How far the numbers of a pool get through the rules, one after the other. */
export interface PoolDiagnosis {
  readonly all: number;
  readonly unreserved: number;
  readonly withVoice: number;
  readonly withSms: number;
  readonly withBoth: number;
  readonly inCountry: number;
  readonly near: number;
}

/** A proxy number that a caller names. */
export interface NamedNumber extends PickedNumber {
  /** The service in whose pool it is. */
  readonly serviceSid: string;
  /** Whether another active session has it with this identifier. */
  readonly isTaken: boolean;
}

const size = `
  select count(*)::int as size from maskline.number_use u
  where u.added_at > '-infinity' and u.partition = $1 and u.service_sid = $2 and u.is_reserved = $3`;

/** Finds proxy numbers for participants. What it finds is a proposal: the claim that comes with the participant decides. */
export class NumberPool {
  readonly #picks: CoalescedRead<NumberWish, Found>;

  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {
    this.#picks = new CoalescedRead((wishes) => this.#pick(wishes), pointReads);
  }

  /** The number by the rules of the service. */
  pick(wish: NumberWish): Promise<Found> {
    return this.#picks.get(wish);
  }

  /** Why there is none. */
  async diagnose({ accountSid, serviceSid, mode, countries, areaCodes }: VainWish): Promise<PoolDiagnosis> {
    const { rows } = await this.db.reads.query<PoolDiagnosis>({
      name: 'diagnose-pool',
      text: diagnose,
      values: [
        partitionOf(accountSid, this.partitions),
        serviceSid,
        needsVoice(mode),
        needsSms(mode),
        countries,
        areaCodes,
      ],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('counting always answers');
    return row;
  }

  /** The number that a caller names by itself or by its SID, in whichever pool of the account it is. */
  async find(
    { accountSid, serviceSid, identifier }: Pick<NumberWish, 'accountSid' | 'serviceSid' | 'identifier'>,
    by: { readonly number: string | null; readonly sid: string | null },
  ): Promise<NamedNumber | null> {
    const { rows } = await this.db.reads.query<NamedNumber>({
      name: 'find-pool-number',
      text: named,
      values: [
        partitionOf(accountSid, this.partitions),
        accountSid,
        serviceSid,
        identifier,
        by.number,
        by.sid,
      ],
    });
    return rows[0] ?? null;
  }

  /** The numbers by which a session's participants reach each other; null in the place of one that has left the pool. */
  async heldBy(accountSid: string, sessionSid: string): Promise<(PickedNumber | null)[]> {
    const { rows } = await this.db.reads.query<PickedNumber | { readonly sid: null }>({
      name: 'numbers-of-session',
      text: held,
      values: [partitionOf(accountSid, this.partitions), accountSid, sessionSid],
    });
    return rows.map((row) => (row.sid === null ? null : row));
  }

  /** How many numbers of a kind the pool of a service has. */
  async size(accountSid: string, serviceSid: string, isReserved: boolean): Promise<number> {
    const { rows } = await this.db.reads.query<{ size: number }>({
      name: 'size-of-pool',
      text: size,
      values: [partitionOf(accountSid, this.partitions), serviceSid, isReserved],
    });
    return rows[0]?.size ?? 0;
  }

  async #pick(wishes: readonly NumberWish[]): Promise<Found[]> {
    const { rows } = await this.db.reads.query<Pick<Found, 'mode'> & (PickedNumber | { sid: null })>({
      name: 'pick-numbers',
      text: pick,
      values: [
        plainArray(wishes, ({ accountSid }) => partitionOf(accountSid, this.partitions)),
        textArray(wishes, ({ accountSid }) => accountSid),
        textArray(wishes, ({ serviceSid }) => serviceSid),
        textArray(wishes, ({ session }) => ('sid' in session ? session.sid : null)),
        textArray(wishes, ({ session }) => ('mode' in session ? session.mode : null)),
        textArray(wishes, ({ identifier }) => identifier),
        textArray(wishes, ({ countries }) => countries?.join() ?? null),
        textArray(wishes, ({ areaCodes }) => JSON.stringify(areaCodes)),
        wishes.map(({ isUnused }) => isUnused),
      ],
    });
    return rows.map(({ mode, ...row }) => ({
      mode,
      number: row.sid === null ? null : row,
    }));
  }
}

function needsVoice(mode: SessionMode): boolean {
  return mode !== 'message-only';
}

function needsSms(mode: SessionMode): boolean {
  return mode !== 'voice-only';
}
