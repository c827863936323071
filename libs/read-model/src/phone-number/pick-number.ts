import { CoalescedRead, partitionOf, plainArray, textArray } from '#event-store';
import type { NumberSelectionBehavior, SessionMode } from '#domain';
import type { Database } from '#platform';
import { pointReads } from '../point-reads.js';

/** What a number must be for somebody who has none yet (contract §13.3). */
export interface NumberWish {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly mode: SessionMode;
  readonly identifier: string;
  /** Countries whose numbers serve this person; null for any. */
  readonly countries: readonly string[] | null;
  /** Area codes near enough to theirs; null for any. */
  readonly areaCodes: readonly string[] | null;
  readonly behavior: NumberSelectionBehavior;
  /** Only a number that no active session uses. */
  readonly isUnused: boolean;
}

export interface PickedNumber {
  readonly sid: string;
  readonly number: string;
}

/** How far the numbers of a pool get through the rules, one after the other. */
export interface PoolDiagnosis {
  readonly all: number;
  readonly unreserved: number;
  readonly withVoice: number;
  readonly withSms: number;
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

/**
 * A session that has run out holds its pairs until its event comes; whoever wants one has the store write that event first.
 * So its pairs count as free here.
 */
const isTaken = (number: string, request: string) => `exists (
  select from maskline.claim c
  where c.partition = ${request}.partition and c.account_sid = ${request}.account and c.kind = 'pair'
    and c.key = ${request}.service || '/' || ${number} || '/' || ${request}.identifier
    and not exists (select from maskline.session s
                    where s.partition = c.partition and s.sid = c.stream_id and s.expires_at <= maskline.clock()))`;

/** With the condition of the index that has the order of `leastUsed` (see migration 0008). */
const fits = `u.added_at > '-infinity' and u.partition = r.partition and u.service_sid = r.service and not u.is_reserved
  and (not r.voice or u.can_call) and (not r.sms or u.can_text)
  and (r.countries is null or u.iso_country = any (string_to_array(r.countries, ',')))
  and (r.areas is null or u.area_code = any (string_to_array(r.areas, ',')))
  and (not r.unused or u.sessions = 0)
  and not ${isTaken('u.number', 'r')}`;

/** Numbers that the identifier had in this service before; a glance, for somebody may have had thousands. */
const history = `select p.proxy_identifier, p.date_created from maskline.participant p
  where p.partition = r.partition and p.service_sid = r.service and p.identifier = r.identifier
  order by p.date_created desc limit 100`;

const leastUsed = 'order by u.sessions, u.added_at, u.sid limit 1';

/**
 * The inner select hides the length of the arrays, for which PostgreSQL would plan anew on every call. Each step is only taken
 * when the ones before found nothing; the walk along the index ends at the first number that fits.
 */
const pick = `
  select coalesce(sticky.sid, fresh.sid, any_one.sid) as sid, coalesce(sticky.number, fresh.number, any_one.number) as number
  from unnest((select $1::int[]), $2::text[], $3::text[], $4::text[], $5::bool[], $6::bool[], $7::text[], $8::text[], $9::bool[], $10::bool[])
    with ordinality r(partition, account, service, identifier, voice, sms, countries, areas, sticky, unused, i)
  left join lateral (
    select u.sid, u.number from (${history}) h
    join maskline.number_use u on u.number = h.proxy_identifier and ${fits}
    where r.sticky order by h.date_created desc limit 1
  ) sticky on true
  left join lateral (
    select u.sid, u.number from maskline.number_use u
    where not r.sticky and ${fits} and not exists (select from (${history}) h where h.proxy_identifier = u.number)
    ${leastUsed}
  ) fresh on true
  left join lateral (
    select u.sid, u.number from maskline.number_use u
    where sticky.sid is null and fresh.sid is null and ${fits}
    ${leastUsed}
  ) any_one on true
  order by r.i`;

const diagnose = `
  select count(*)::int as "all",
    (count(*) filter (where not is_reserved))::int as unreserved,
    (count(*) filter (where not is_reserved and can_call))::int as "withVoice",
    (count(*) filter (where not is_reserved and can_text))::int as "withSms",
    (count(*) filter (where not is_reserved and ok))::int as "inCountry",
    (count(*) filter (where not is_reserved and ok and ($6::text[] is null or area_code = any ($6))))::int as near
  from (
    select u.*, (not $3 or can_call) and (not $4 or can_text) and ($5::text[] is null or iso_country = any ($5)) as ok
    from maskline.number_use u where u.partition = $1 and u.service_sid = $2
  ) u`;

const named = `
  select u.sid, u.number, u.service_sid as "serviceSid", ${isTaken('u.number', 'r')} as "isTaken"
  from (select $1::int as partition, $2::text as account, $3::text as service, $4::text as identifier) r
  join maskline.number_use u on u.partition = r.partition and u.account_sid = r.account and (u.number = $5 or u.sid = $6)
  limit 1`;

/** Finds proxy numbers for participants. What it finds is a proposal: the claim that comes with the participant decides. */
export class NumberPool {
  readonly #picks: CoalescedRead<NumberWish, PickedNumber | null>;

  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {
    this.#picks = new CoalescedRead((wishes) => this.#pick(wishes), pointReads);
  }

  /** The number by the rules of the service, or null when there is none. */
  pick(wish: NumberWish): Promise<PickedNumber | null> {
    return this.#picks.get(wish);
  }

  /** Why there is none. */
  async diagnose({ accountSid, serviceSid, mode, countries, areaCodes }: NumberWish): Promise<PoolDiagnosis> {
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

  async #pick(wishes: readonly NumberWish[]): Promise<(PickedNumber | null)[]> {
    const { rows } = await this.db.reads.query({
      name: 'pick-numbers',
      text: pick,
      values: [
        plainArray(wishes, ({ accountSid }) => partitionOf(accountSid, this.partitions)),
        textArray(wishes, ({ accountSid }) => accountSid),
        textArray(wishes, ({ serviceSid }) => serviceSid),
        textArray(wishes, ({ identifier }) => identifier),
        wishes.map(({ mode }) => needsVoice(mode)),
        wishes.map(({ mode }) => needsSms(mode)),
        textArray(wishes, ({ countries }) => countries?.join() ?? null),
        textArray(wishes, ({ areaCodes }) => areaCodes?.join() ?? null),
        wishes.map(({ behavior }) => behavior === 'prefer-sticky'),
        wishes.map(({ isUnused }) => isUnused),
      ],
    });
    return (rows as (PickedNumber | { sid: null })[]).map((row) => (row.sid === null ? null : row));
  }
}

function needsVoice(mode: SessionMode): boolean {
  return mode !== 'message-only';
}

function needsSms(mode: SessionMode): boolean {
  return mode !== 'voice-only';
}
