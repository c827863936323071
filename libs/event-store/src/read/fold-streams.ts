import pg from 'pg';
import type { Decoding } from '../decoding.js';
import { openSealed } from '../personal-data/open-sealed.js';
import type { Projected } from '../projection/projector.js';
import { upcast, type Upcasters } from '../upcasters.js';
import { copyOut } from './copy-out.js';

/** Every stream of one kind, in the order of their ids. */
export interface StreamRange {
  readonly partition: number;
  /** The two letters that all their ids start with. */
  readonly prefix: string;
  /** Only streams with a greater id. */
  readonly after: string | null;
  /** Only events up to this position; null for all that are visible. */
  readonly upTo: number | null;
}

export interface Fold<State> {
  readonly streamId: string;
  /** The version of the last event. */
  readonly version: number;
  /** How many events there were. It is the version, unless one is missing. */
  readonly events: number;
  readonly state: State;
}

export interface FoldedStreams<State> {
  /** In the order of their ids, each one complete. */
  readonly folds: readonly Fold<State>[];
  readonly events: number;
  /** The id after which the next ones come; null when these were the last. */
  readonly next: string | null;
}

type Growing<State> = { -readonly [Key in keyof Fold<State>]: Fold<State>[Key] };

/** Events read by one statement: enough to make the statement's own cost disappear. */
const pageSize = 5_000;

/**
 * Folds the next streams of a range, some 5,000 events at a time: memory holds one page, however long the log is. The log
 * is read by stream and not by position, so that a stream is complete when it is left and is never looked up again. Ids
 * grow with time, so streams that follow each other lie close together on disk.
 */
export async function foldStreams<State>(
  client: pg.ClientBase,
  range: StreamRange,
  initial: State,
  step: (state: State, projected: Projected) => State,
  decoding: Decoding,
): Promise<FoldedStreams<State>> {
  const folds: Growing<State>[] = [];
  let read = pageSize;
  // A single stream may be longer than a page.
  while (folds.length < 2 && read === pageSize) {
    const page = await readPage(client, range, folds.at(-1) ?? null, decoding);
    read = page.length;
    for (const row of page) {
      const projected = projectedOf(row, decoding.upcasters);
      const { streamId, version } = projected;
      let fold = folds.at(-1);
      if (fold?.streamId !== streamId) {
        fold = { streamId, version, events: 0, state: initial };
        folds.push(fold);
      }
      fold.state = step(fold.state, projected);
      fold.version = version;
      fold.events++;
    }
  }
  const isEnd = read < pageSize;
  // The last stream may go on after the page; it is read again with the next.
  if (!isEnd) folds.pop();
  const events = folds.reduce((sum, fold) => sum + fold.events, 0);
  return { folds, events, next: isEnd ? null : (folds.at(-1)?.streamId ?? null) };
}

interface Row {
  readonly partition: number;
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  readonly account_sid: string;
  /** Milliseconds. */
  readonly occurred_at: number;
  readonly data: object;
}

async function readPage(
  client: pg.ClientBase,
  range: StreamRange,
  last: Fold<unknown> | null,
  { masterKey }: Decoding,
): Promise<readonly Row[]> {
  const { partition } = range;
  const page: Row[] = [];
  for await (const rows of copyOut(client, pageOf(range, last))) {
    for (const row of rows) page.push(rowOf(partition, row));
  }
  return masterKey === null ? page : openSealed(client, page, masterKey);
}

function pageOf({ partition, prefix, after, upTo }: StreamRange, last: Fold<unknown> | null): string {
  const { escapeLiteral } = pg;
  const start =
    last === null
      ? `stream_id > ${escapeLiteral(after ?? prefix)}`
      : `(stream_id, version) > (${escapeLiteral(last.streamId)}, ${last.version})`;
  const limit = upTo === null ? '' : `and position <= ${upTo}`;
  return `
    select stream_id, version, type, schema_version, account_sid, (extract(epoch from occurred_at) * 1000)::bigint, data
    from maskline.event
    where partition = ${partition} and ${start} and stream_id < ${escapeLiteral(nextPrefix(prefix))} ${limit}
    order by stream_id, version limit ${pageSize}`;
}

/** The first text after all that start with the prefix, byte by byte. */
function nextPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

function rowOf(partition: number, fields: readonly string[]): Row {
  const [stream_id = '', version, type = '', schema, account_sid = '', occurred, data = ''] = fields;
  return {
    partition,
    stream_id,
    version: Number(version),
    type,
    schema_version: Number(schema),
    account_sid,
    occurred_at: Number(occurred),
    // The column is jsonb and always an object.
    data: JSON.parse(data) as object,
  };
}

function projectedOf(row: Row, upcasters: Upcasters): Projected {
  const { stream_id: streamId, version, type } = row;
  return {
    streamId,
    version,
    occurredAt: new Date(row.occurred_at).toISOString(),
    event: { type, data: upcast(upcasters, type, row.schema_version, row.data) },
  };
}
