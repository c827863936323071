import { isDeepStrictEqual } from 'node:util';
import type { RecordedEvent } from '#event-store';
import type { Database } from '#platform';
import { inlineProjectors } from '#read-model';
import { claimsOf, isDeleted, replayAll } from './replay.js';

/** Streams, claims and rows are what the log makes of them. */
export async function auditTables(database: Database, log: readonly RecordedEvent[]): Promise<string[]> {
  const wrong: string[] = [];
  const known = replayAll(log);

  const streams = await database.admin.query<{
    stream_id: string;
    version: number;
    status: string;
    state: unknown;
  }>('select stream_id, version, status, state from maskline.stream');
  for (const { stream_id, version, status, state } of streams.rows) {
    const folded = known.get(stream_id);
    if (folded?.version !== version)
      wrong.push(`${stream_id} is at ${version}, the log at ${folded?.version ?? 0}`);
    if ((status === 'deleted') !== isDeleted(folded)) wrong.push(`${stream_id} is ${status}`);
    const expected = isDeleted(folded) ? null : folded?.state;
    if (!isDeepStrictEqual(state, expected))
      wrong.push(`the state of ${stream_id} is not the fold of its events`);
  }
  if (streams.rows.length !== known.size)
    wrong.push(`${streams.rows.length} streams, ${known.size} in the log`);

  const claims = await database.admin.query<{ kind: string; key: string; stream_id: string }>(
    'select kind, key, stream_id from maskline.claim',
  );
  const held = claims.rows.map(({ kind, key, stream_id }) => `${kind} ${key} ${stream_id}`);
  const due = Array.from(known, ([id, stream]) =>
    claimsOf(stream, id).map(({ kind, key }) => `${kind} ${key} ${id}`),
  );
  if (!isDeepStrictEqual(held.sort(), due.flat().sort()))
    wrong.push('the claims are not those of the states');

  for (const [category, projectors] of Object.entries(inlineProjectors)) {
    for (const projector of projectors) {
      const { rows } = await database.admin.query<{ sid: string; row: object }>(
        `select sid, to_jsonb(t) - '{partition,timer_at}'::text[] as row from maskline.${projector.table} t`,
      );
      const projected = new Map<string, object | null>();
      const prefix = category === 'service' ? 'KS' : 'KC';
      for (const { streamId, version, occurredAt, event } of log) {
        if (!streamId.startsWith(prefix)) continue;
        const before = projected.get(streamId) ?? null;
        projected.set(streamId, projector.apply(before, { streamId, version, occurredAt, event }));
      }
      for (const { sid, row } of rows) {
        if (!isDeepStrictEqual(projector.read(row), projected.get(sid)))
          wrong.push(`the row of ${sid} is another`);
      }
      const expected = [...projected.values()].filter((row) => row !== null).length;
      if (rows.length !== expected) wrong.push(`${rows.length} rows of ${projector.table}, not ${expected}`);
    }
  }
  return wrong;
}
