import type pg from 'pg';
import { canonicalJson, contentHash } from '#event-store';
import type { Verifying } from './verifying.js';

/** What is wrong at a position of the log. */
export interface LogDifference {
  readonly partition: number;
  readonly position: number;
  readonly kind: 'gap' | 'time' | 'hash' | 'head';
}

interface Row {
  readonly position: number;
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  readonly event_id: string;
  readonly account_sid: string;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly actor: string;
  readonly request_id: string | null;
  readonly trace_parent: string | null;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly data: object;
  readonly content_hash: string;
}

const pageSize = 5_000;

const page = `
  select position, stream_id, version, type, schema_version, event_id, account_sid, command_id, correlation_id, causation_id,
    actor, request_id, trace_parent, occurred_at, recorded_at, data, encode(content_hash, 'hex') as content_hash
  from maskline.event where partition = $1 and position > $2 and position <= $3 order by position limit ${pageSize}`;

/** Looks at every event up to the head: no position missing, time never backwards, each hash that of its content. */
export async function verifyLog(
  { client, partitions, signal, onEvents, onCompared }: Omit<Verifying, 'decoding'>,
  onDifference: (difference: LogDifference) => void,
): Promise<void> {
  for (const partition of partitions) {
    const head = await headOf(client, partition);
    let position = 0;
    let recordedAt = '';
    for (let isEnd = false; !isEnd;) {
      signal.throwIfAborted();
      const { rows } = await client.query<Row>({
        name: 'verify-log',
        text: page,
        values: [partition, position, head],
      });
      for (const row of rows) {
        if (row.position !== position + 1) onDifference({ partition, position: position + 1, kind: 'gap' });
        if (row.recorded_at < recordedAt) onDifference({ partition, position: row.position, kind: 'time' });
        if (hashOf(row) !== row.content_hash) {
          onDifference({ partition, position: row.position, kind: 'hash' });
        }
        position = row.position;
        recordedAt = row.recorded_at;
      }
      onCompared(rows.length);
      onEvents(rows.length);
      isEnd = rows.length < pageSize;
    }
    if (position !== head) onDifference({ partition, position: head, kind: 'head' });
  }
}

async function headOf(client: pg.ClientBase, partition: number): Promise<number> {
  const { rows } = await client.query<{ position: number }>(
    'select position from maskline.partition_head where partition = $1',
    [partition],
  );
  return rows[0]?.position ?? 0;
}

function hashOf(row: Row): string {
  return contentHash(
    {
      accountSid: row.account_sid,
      actor: row.actor,
      causationId: row.causation_id,
      commandId: row.command_id,
      correlationId: row.correlation_id,
      eventId: row.event_id,
      occurredAt: row.occurred_at,
      requestId: row.request_id,
      schemaVersion: row.schema_version,
      streamId: row.stream_id,
      traceParent: row.trace_parent,
      type: row.type,
      version: row.version,
    },
    canonicalJson(row.data),
  );
}
