import { noKeys, type WrappedKeys } from '../personal-data/subject-keys.js';
import { plainArray, textArray } from '../pg-array.js';
import type { Queryable } from '../queryable.js';

export interface LoadRequest {
  readonly partition: number;
  readonly accountSid: string;
  /** Null when only the time and the command are asked for. */
  readonly streamId: string | null;
  readonly commandId: string | null;
  /** The category whose read-model rows come along, or null for none. */
  readonly rowsOf: string | null;
  /** Whose keys come along, of a stream with personal fields. */
  readonly subjects: readonly string[];
  /** Which of the rows below the stream come along, by their SIDs. */
  readonly children: readonly string[];
}

/** What few decisions ask for. */
export type LoadMore = Pick<LoadRequest, 'subjects' | 'children'>;

export const nothingMore: LoadMore = { subjects: [], children: [] };

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
  /** The rows below the stream that were asked for, and by table those of them that are there. */
  readonly children: {
    readonly asked: readonly string[];
    readonly rows: Readonly<Record<string, readonly { readonly sid: string }[]>>;
  };
  readonly keys: WrappedKeys;
}

/**
 * Keys and rows below the stream cost look-ups, so a load that needs none does not ask for them. The inner select hides from the planner how long the
 * arrays are: else it plans for each length anew, on every call, which takes three times as long as a load of one stream.
 */
const textOf = (withMore: boolean) => `
  select maskline.clock() as now,
    s.version, s.status, s.state, s.state_schema,
    d.sid as command_sid, d.version as command_version, d.fingerprint as command_fingerprint,
    case when r.category is not null and s.status = 'live' then maskline.rows_of(r.partition, r.category, r.stream) end as rows,
    ${withMore ? more : 'null as children, null as keys'}
  from unnest((select $1::int[]), $2::text[], $3::text[], $4::text[], $5::text[]${withMore ? ', $6::jsonb[], $7::jsonb[]' : ''}) with ordinality
    r(partition, account, stream, command, category${withMore ? ', children, subjects' : ''}, i)
  left join lateral (
    select version, status, state, state_schema from maskline.stream s
    where s.partition = r.partition and s.stream_id = r.stream and s.account_sid = r.account limit 1
  ) s on true
  left join lateral (
    select sid, version, coalesce(fingerprint, '') as fingerprint from maskline.command d
    where d.partition = r.partition and d.id = r.command limit 1
  ) d on true${withMore ? keysOf : ''}
  order by r.i`;

const more = `
    case when r.children <> '[]' and s.status = 'live'
      then maskline.children_of(r.partition, r.category, r.stream, r.children) end as children,
    k.keys`;

const keysOf = `
  left join lateral (
    select jsonb_object_agg(k.subject, encode(k.wrapped_key, 'hex')) as keys
    from jsonb_array_elements_text(r.subjects) wanted(subject)
    cross join lateral (
      select k.subject, k.wrapped_key from maskline.event_key k
      where s.status = 'live' and k.partition = r.partition and k.stream_id = r.stream and k.subject = wanted.subject limit 1
    ) k
  ) k on true`;

const [plain, withMore] = [textOf(false), textOf(true)];

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
  children: Record<string, { sid: string }[]> | null;
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
  const wantMore = requests.some(({ subjects, children }) => subjects.length + children.length > 0);
  if (wantMore) {
    values.push(
      textArray(requests, ({ children }) => JSON.stringify(children)),
      textArray(requests, ({ subjects }) => JSON.stringify(subjects)),
    );
  }
  const { rows } = await db.query<Row>(
    wantMore ? { name: 'load-more', text: withMore, values } : { name: 'load', text: plain, values },
  );
  return rows.map((row, i) => ({
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
    children: { asked: requests[i]?.children ?? [], rows: row.children ?? {} },
    keys: wrappedKeys(requests[i]?.subjects ?? [], row.keys ?? {}),
  }));
}

function wrappedKeys(
  subjects: readonly string[],
  hexBySubject: Readonly<Record<string, string>>,
): WrappedKeys {
  if (subjects.length === 0) return noKeys;
  return new Map(
    subjects.map((subject) => {
      const hex = hexBySubject[subject];
      return [subject, hex === undefined ? null : Buffer.from(hex, 'hex')];
    }),
  );
}
