import type { EventRow } from './recorded-event.js';
import { plainArray, textArray } from './pg-array.js';
import type { PreparedCommand } from './prepared-command.js';

/** What became of one command of a batch. All but `ok` wrote nothing. */
export type Outcome =
  | { readonly kind: 'ok'; readonly version: number; readonly recordedAt: string }
  | {
      readonly kind: 'duplicate';
      readonly sid: string;
      readonly version: number;
      readonly fingerprint: string | null;
    }
  | {
      readonly kind: 'conflict';
      readonly version: number;
      /** What came after the expected version, at most 64 events. */
      readonly newer: readonly EventRow[];
      readonly recordedAt: string;
    }
  | { readonly kind: 'late' }
  | { readonly kind: 'parent'; readonly holder: string }
  | { readonly kind: 'in_use' | 'taken'; readonly claim: string; readonly holders: readonly string[] }
  | { readonly kind: 'limit'; readonly claim: string; readonly max: number };

/** What runs a statement: a pool or a client of pg. */
export interface Queryable {
  query(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

const text = `
  select head_position, recorded, losers
  from maskline.append($1::int,
    $2::text[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::text[], $8::jsonb[], $9::int[],
    $10::text[], $11::text[], $12::timestamptz[],
    $13::int[], $14::text[], $15::bigint[], $16::text[], $17::int[], $18::uuid[], $19::text[],
    $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::timestamptz[], $27::jsonb[], $28::bytea[],
    $29::int[], $30::text[], $31::int[], $32::text[], $33::text[], $34::int[], $35::text[], $36::text[],
    $37::jsonb, $38::jsonb)`;

interface Loser {
  outcome: string;
  sid: string;
  version: number;
  fingerprint: string | null;
  newer: EventRow[];
  holder: string;
  holders: string[];
  kind: string;
  max: number;
}

interface Answer {
  head_position: number;
  recorded: string;
  losers: Record<string, Loser> | null;
}

/** Appends pairwise independent commands of one partition in one round trip, which is one transaction. */
export async function append(
  db: Queryable,
  partition: number,
  commands: readonly PreparedCommand[],
): Promise<Outcome[]> {
  const { rows } = await db.query({ name: 'append', text, values: parameters(partition, commands) });
  const answer = rows[0] as Answer;
  return commands.map((command, index) => {
    const loser = answer.losers?.[index + 1];
    if (loser !== undefined) return lost(loser, answer.recorded);
    return {
      kind: 'ok',
      version: command.expectedVersion + command.events.length,
      recordedAt: answer.recorded,
    };
  });
}

function lost(loser: Loser, recordedAt: string): Outcome {
  switch (loser.outcome) {
    case 'duplicate':
      return { kind: 'duplicate', sid: loser.sid, version: loser.version, fingerprint: loser.fingerprint };
    case 'conflict':
      return { kind: 'conflict', version: loser.version, newer: loser.newer, recordedAt };
    case 'late':
      return { kind: 'late' };
    case 'parent':
      return { kind: 'parent', holder: loser.holder };
    case 'in_use':
    case 'taken':
      return { kind: loser.outcome, claim: loser.kind, holders: loser.holders };
    case 'limit':
      return { kind: 'limit', claim: loser.kind, max: loser.max };
    default:
      throw new Error(`append answered with an unknown outcome: ${loser.outcome}`);
  }
}

function parameters(partition: number, commands: readonly PreparedCommand[]): unknown[] {
  const events = commands.flatMap((command, i) =>
    command.events.map((event) => ({ command, cmd: i + 1, event })),
  );
  const needs = commands.flatMap(({ needs }, i) => needs.map((stream) => ({ cmd: i + 1, stream })));
  const claims = commands.flatMap(({ claims }, i) => claims.map((claim) => ({ cmd: i + 1, ...claim })));
  const releases = commands.flatMap(({ releases }, i) => releases.map((claim) => ({ cmd: i + 1, ...claim })));
  const remembered = commands.some(({ remember }) => remember !== null);
  const dated = commands.some(({ validUntil }) => validUntil !== null);
  return [
    partition,
    textArray(commands.map((c) => c.streamId)),
    plainArray(commands.map((c) => c.expectedVersion)),
    textArray(commands.map((c) => c.accountSid)),
    textArray(commands.map((c) => c.category)),
    plainArray(commands.map((c) => c.events.length)),
    textArray(commands.map((c) => c.status)),
    textArray(commands.map((c) => c.state)),
    plainArray(commands.map((c) => c.stateSchema)),
    remembered ? textArray(commands.map((c) => (c.remember === null ? null : c.commandId))) : null,
    remembered ? textArray(commands.map((c) => c.remember?.fingerprint ?? null)) : null,
    dated ? textArray(commands.map((c) => c.validUntil)) : null,
    plainArray(events.map((e) => e.cmd)),
    textArray(events.map((e) => e.command.streamId)),
    plainArray(events.map((e) => e.event.version)),
    textArray(events.map((e) => e.event.type)),
    plainArray(events.map((e) => e.event.schemaVersion)),
    plainArray(events.map((e) => e.event.eventId)),
    textArray(events.map((e) => e.command.accountSid)),
    textArray(events.map((e) => e.event.commandId)),
    textArray(events.map((e) => e.event.correlationId)),
    textArray(events.map((e) => e.event.causationId)),
    textArray(events.map((e) => e.event.actor)),
    textArray(events.map((e) => e.event.requestId)),
    textArray(events.map((e) => e.event.traceParent)),
    textArray(events.map((e) => e.event.occurredAt)),
    textArray(events.map((e) => e.event.data)),
    textArray(events.map((e) => `\\x${e.event.contentHash}`)),
    needs.length === 0 ? null : plainArray(needs.map((n) => n.cmd)),
    needs.length === 0 ? null : textArray(needs.map((n) => n.stream)),
    claims.length === 0 ? null : plainArray(claims.map((c) => c.cmd)),
    claims.length === 0 ? null : textArray(claims.map((c) => c.kind)),
    claims.length === 0 ? null : textArray(claims.map((c) => c.key)),
    releases.length === 0 ? null : plainArray(releases.map((c) => c.cmd)),
    releases.length === 0 ? null : textArray(releases.map((c) => c.kind)),
    releases.length === 0 ? null : textArray(releases.map((c) => c.key)),
    rareParts(commands),
    rowParts(commands),
  ];
}

function rareParts(commands: readonly PreparedCommand[]): string | null {
  if (!commands.some((c) => c.empties.length + c.counts.length + c.secrets.length + c.keys.length > 0))
    return null;
  return JSON.stringify({
    empties: commands.flatMap((c, i) => c.empties.map((range) => ({ cmd: i + 1, ...range }))),
    counts: commands.flatMap((c, i) => c.counts.map((range) => ({ cmd: i + 1, ...range }))),
    secrets: commands.flatMap((c, i) =>
      c.secrets.map(({ sid, slot, value }) => ({
        cmd: i + 1,
        sid,
        slot,
        value: value?.toString('hex') ?? null,
      })),
    ),
    keys: commands.flatMap((c, i) =>
      c.keys.map(({ subject, wrapped }) => ({
        cmd: i + 1,
        subject,
        wrapped: wrapped?.toString('hex') ?? null,
      })),
    ),
  });
}

/** `{"<table>": [{cmd, …row}], "<table>_gone": [{cmd, sid}]}`; rows are JSON already and are only joined. */
export function rowParts(commands: readonly PreparedCommand[]): string | null {
  const parts = new Map<string, string>();
  const add = (part: string, row: string) => {
    const before = parts.get(part);
    parts.set(part, before === undefined ? row : `${before},${row}`);
  };
  commands.forEach(({ rows }, i) => {
    for (const { table, sid, row } of rows) {
      if (row === null) add(`${table}_gone`, `{"cmd":${i + 1},"sid":"${sid}"}`);
      else add(table, `{"cmd":${i + 1},${row.slice(1)}`);
    }
  });
  if (parts.size === 0) return null;
  return `{${Array.from(parts, ([part, rows]) => `"${part}":[${rows}]`).join(',')}}`;
}
