import type { Queryable } from './queryable.js';
import type { EventRow } from './recorded-event.js';
import { jsonArray, plainArray, textArray } from './pg-array.js';
import type { PreparedCommand } from './prepared-command.js';

/** What became of one command of a batch. All but `ok` wrote nothing. `now` is the database's time under the head row. */
export type Outcome =
  | { readonly kind: 'ok'; readonly version: number; readonly now: string }
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
      readonly now: string;
    }
  | { readonly kind: 'late' }
  /** A stream that is needed is not live, or has moved on from the version that the decision saw. */
  | { readonly kind: 'parent' | 'moved'; readonly holder: string }
  | { readonly kind: 'in_use' | 'taken'; readonly claim: string; readonly holders: readonly string[] }
  | { readonly kind: 'limit'; readonly claim: string; readonly max: number };

const text = `
  select head_position, clock, losers
  from maskline.append($1::int,
    $2::text[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::text[], $8::jsonb, $9::int[],
    $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::timestamptz[],
    $19::int[], $20::bigint[], $21::text[], $22::int[], $23::uuid[], $24::bytea[], $25::jsonb,
    $26::int[], $27::text[], $28::bigint[], $29::int[], $30::text[], $31::text[], $32::int[], $33::text[], $34::text[],
    $35::jsonb, $36::jsonb)`;

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
  clock: string;
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
    if (loser !== undefined) return lost(loser, answer.clock);
    return {
      kind: 'ok',
      version: command.expectedVersion + command.events.length,
      now: answer.clock,
    };
  });
}

function lost(loser: Loser, now: string): Outcome {
  switch (loser.outcome) {
    case 'duplicate':
      return { kind: 'duplicate', sid: loser.sid, version: loser.version, fingerprint: loser.fingerprint };
    case 'conflict':
      return { kind: 'conflict', version: loser.version, newer: loser.newer, now };
    case 'late':
      return { kind: 'late' };
    case 'parent':
    case 'moved':
      return { kind: loser.outcome, holder: loser.holder };
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
  const events = ofEach(commands, ({ events }) => events);
  const needs = ofEach(commands, ({ needs }) => needs);
  const claims = ofEach(commands, ({ claims }) => claims);
  const releases = ofEach(commands, ({ releases }) => releases);
  const remembered = commands.some(({ remember }) => remember !== null);
  const dated = commands.some(({ validUntil }) => validUntil !== null);
  return [
    partition,
    textArray(commands, (c) => c.streamId),
    plainArray(commands, (c) => c.expectedVersion),
    textArray(commands, (c) => c.accountSid),
    textArray(commands, (c) => c.category),
    plainArray(commands, (c) => c.events.length),
    textArray(commands, (c) => c.status),
    jsonArray(commands, (c) => c.state),
    plainArray(commands, (c) => c.stateSchema),
    textArray(commands, (c) => c.commandId),
    remembered ? textArray(commands, (c) => c.remember?.fingerprint ?? null) : null,
    dated ? textArray(commands, (c) => c.validUntil) : null,
    textArray(commands, (c) => c.correlationId),
    textArray(commands, (c) => c.causationId),
    textArray(commands, (c) => c.actor),
    textArray(commands, (c) => c.requestId),
    textArray(commands, (c) => c.traceParent),
    textArray(commands, (c) => c.occurredAt),
    plainArray(events, (e) => e.cmd),
    plainArray(events, (e) => e.part.version),
    textArray(events, (e) => e.part.type),
    plainArray(events, (e) => e.part.schemaVersion),
    plainArray(events, (e) => e.part.eventId),
    textArray(events, (e) => `\\x${e.part.contentHash}`),
    jsonArray(events, (e) => e.part.data),
    needs.length === 0 ? null : plainArray(needs, (n) => n.cmd),
    needs.length === 0 ? null : textArray(needs, (n) => n.part.stream),
    needs.length === 0 ? null : plainArray(needs, (n) => n.part.version),
    claims.length === 0 ? null : plainArray(claims, (c) => c.cmd),
    claims.length === 0 ? null : textArray(claims, (c) => c.part.kind),
    claims.length === 0 ? null : textArray(claims, (c) => c.part.key),
    releases.length === 0 ? null : plainArray(releases, (r) => r.cmd),
    releases.length === 0 ? null : textArray(releases, (r) => r.part.kind),
    releases.length === 0 ? null : textArray(releases, (r) => r.part.key),
    rareParts(commands),
    rowParts(commands),
  ];
}

/** Parts of commands in one row, each with the number of its command, from 1. */
function ofEach<Part>(
  commands: readonly PreparedCommand[],
  parts: (command: PreparedCommand) => readonly Part[],
): { readonly cmd: number; readonly part: Part }[] {
  const all: { cmd: number; part: Part }[] = [];
  commands.forEach((command, i) => {
    for (const part of parts(command)) all.push({ cmd: i + 1, part });
  });
  return all;
}

function rareParts(commands: readonly PreparedCommand[]): string | null {
  if (!commands.some((c) => c.empties.length + c.counts.length + c.secrets.length + c.keys.length > 0))
    return null;
  return JSON.stringify({
    empties: commands.flatMap((c, i) => c.empties.map((range) => ({ cmd: i + 1, ...range }))),
    counts: commands.flatMap((c, i) => c.counts.map((range) => ({ cmd: i + 1, ...range }))),
    secrets: commands.flatMap((c, i) =>
      c.secrets.map((secret) => ({
        cmd: i + 1,
        sid: secret.sid,
        slot: secret.slot,
        value: 'value' in secret ? (secret.value?.toString('hex') ?? null) : null,
        from: 'from' in secret ? secret.from : null,
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

/**
 * `{"<table>": [{cmd, …row}], "<table>_gone": [{cmd, sid}], "<table>_below": [{cmd, sid}], "number_use": [{cmd, service_sid,
 * number, change}]}`; rows are JSON already and are only joined.
 */
export function rowParts(commands: readonly PreparedCommand[]): string | null {
  const parts = new Map<string, string>();
  const add = (part: string, row: string) => {
    const before = parts.get(part);
    parts.set(part, before === undefined ? row : `${before},${row}`);
  };
  commands.forEach(({ rows, uses }, i) => {
    for (const change of rows) {
      const { table } = change;
      if ('below' in change) add(`${table}_below`, `{"cmd":${i + 1},"sid":"${change.below}"}`);
      else if (change.row === null) add(`${table}_gone`, `{"cmd":${i + 1},"sid":"${change.sid}"}`);
      else add(table, `{"cmd":${i + 1},${change.row.slice(1)}`);
    }
    for (const { serviceSid: service_sid, number, change } of uses) {
      add('number_use', JSON.stringify({ cmd: i + 1, service_sid, number, change }));
    }
  });
  if (parts.size === 0) return null;
  return `{${Array.from(parts, ([part, rows]) => `"${part}":[${rows}]`).join(',')}}`;
}
