import type { Queryable } from './append.js';
import { plainArray, textArray } from './pg-array.js';
import { noKeys, type WrappedKeys } from './subject-keys.js';

export interface LoadRequest {
  readonly partition: number;
  readonly accountSid: string;
  /** Null when only the time and the command are asked for. */
  readonly streamId: string | null;
  readonly commandId: string | null;
  /** The category whose read-model rows come along, or null for none. */
  readonly rowsOf: string | null;
  /** Whose keys come along, for a stream with personal fields; else null. */
  readonly subjects: readonly string[] | null;
}

export interface Loaded {
  /** The database's time: `occurredAt` of what is decided on this. */
  readonly now: string;
  readonly stream: {
    readonly version: number;
    readonly status: 'live' | 'deleted';
    readonly state: unknown;
    readonly stateSchema: number;
  } | null;
  readonly command: {
    readonly sid: string;
    readonly version: number;
    readonly fingerprint: string | null;
  } | null;
  /** By table; times as PostgreSQL's JSON writes them. */
  readonly rows: Readonly<Record<string, object>>;
  readonly keys: WrappedKeys;
}

/**
 * Keys cost a look-up, so a load without any does not ask for them. The inner select hides from the planner how long the
 * arrays are: else it plans for each length anew, on every call, which takes three times as long as a load of one stream.
 */
const textOf = (withKeys: boolean) => `
  select maskline.clock() as now,
    s.version, s.status, s.state, s.state_schema,
    d.sid as command_sid, d.version as command_version, d.fingerprint as command_fingerprint,
    case when r.category is not null and s.status = 'live' then maskline.rows_of(r.partition, r.category, r.stream) end as rows,
    ${withKeys ? 'k.keys' : 'null as keys'}
  from unnest((select $1::int[]), $2::text[], $3::text[], $4::text[], $5::text[]${withKeys ? ', $6::jsonb[]' : ''}) with ordinality
    r(partition, account, stream, command, category${withKeys ? ', subjects' : ''}, i)
  left join lateral (
    select version, status, state, state_schema from maskline.stream s
    where s.partition = r.partition and s.stream_id = r.stream and s.account_sid = r.account limit 1
  ) s on true
  left join lateral (
    select sid, version, coalesce(fingerprint, '') as fingerprint from maskline.command d
    where d.partition = r.partition and d.id = r.command limit 1
  ) d on true${withKeys ? keysOf : ''}
  order by r.i`;

const keysOf = `
  left join lateral (
    select jsonb_object_agg(k.subject, encode(k.wrapped_key, 'hex')) as keys
    from jsonb_array_elements_text(r.subjects) wanted(subject)
    cross join lateral (
      select k.subject, k.wrapped_key from maskline.event_key k
      where s.status = 'live' and k.partition = r.partition and k.stream_id = r.stream and k.subject = wanted.subject limit 1
    ) k
  ) k on true`;

const [plain, withKeys] = [textOf(false), textOf(true)];

interface Row {
  now: string;
  version: number | null;
  status: 'live' | 'deleted';
  state: unknown;
  state_schema: number;
  command_sid: string | null;
  command_version: number;
  command_fingerprint: string | null;
  rows: Record<string, object> | null;
  keys: Record<string, string> | null;
}

/** Loads what decisions need: state, the remembered command, the read-model rows and the time, in one statement for all. */
export async function load(db: Queryable, requests: readonly LoadRequest[]): Promise<Loaded[]> {
  const values: unknown[] = [
    plainArray(requests, (r) => r.partition),
    textArray(requests, (r) => r.accountSid),
    textArray(requests, (r) => r.streamId),
    textArray(requests, (r) => r.commandId),
    textArray(requests, (r) => r.rowsOf),
  ];
  const isKeyed = requests.some(({ subjects }) => subjects !== null);
  if (isKeyed) values.push(textArray(requests, ({ subjects }) => JSON.stringify(subjects ?? [])));
  const { rows } = await db.query(
    isKeyed ? { name: 'load-with-keys', text: withKeys, values } : { name: 'load', text: plain, values },
  );
  return (rows as Row[]).map((row) => ({
    now: row.now,
    stream:
      row.version === null
        ? null
        : { version: row.version, status: row.status, state: row.state, stateSchema: row.state_schema },
    command:
      row.command_sid === null
        ? null
        : { sid: row.command_sid, version: row.command_version, fingerprint: row.command_fingerprint },
    rows: row.rows ?? {},
    keys: row.keys === null ? noKeys : wrappedKeys(row.keys),
  }));
}

function wrappedKeys(hexBySubject: Readonly<Record<string, string>>): WrappedKeys {
  return new Map(Object.entries(hexBySubject).map(([subject, hex]) => [subject, Buffer.from(hex, 'hex')]));
}
