import { jsonArray, plainArray, textArray } from '../pg-array.js';
import type { PreparedCommand } from './prepared-command.js';

/** What `maskline.append` is called with: commands as columns, one array each, and what few commands have as JSON. */
export function appendParameters(partition: number, commands: readonly PreparedCommand[]): unknown[] {
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
