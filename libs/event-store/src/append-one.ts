import { rowParts, type Outcome, type Queryable } from './append.js';
import type { PreparedCommand } from './prepared-command.js';

const text = `
  select head_position, recorded
  from maskline.append_one($1::int, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::jsonb, $8::int, $9::timestamptz,
    $10::text, $11::int, $12::uuid, $13::text, $14::text, $15::text, $16::text, $17::text, $18::text,
    $19::timestamptz, $20::jsonb, $21::bytea, $22::text, $23::text, $24::text, $25::jsonb)`;

interface Answer {
  head_position: number | null;
  recorded: string;
}

/**
 * Appends a command that is alone and plain, in half the time that `append` takes for it. Null when there are more, when it
 * is not plain, or when something stood in its way: then nothing was written, and `append` has the whole answer.
 */
export async function appendOne(
  db: Queryable,
  partition: number,
  commands: readonly PreparedCommand[],
): Promise<Outcome[] | null> {
  const [command] = commands;
  const [event] = command?.events ?? [];
  if (command === undefined || event === undefined || commands.length > 1 || !isPlain(command)) return null;
  const [claim] = command.claims;
  const { rows } = await db.query({
    name: 'append-one',
    text,
    values: [
      partition,
      command.streamId,
      command.expectedVersion,
      command.accountSid,
      command.category,
      command.status,
      command.state,
      command.stateSchema,
      command.validUntil,
      event.type,
      event.schemaVersion,
      event.eventId,
      event.commandId,
      event.correlationId,
      event.causationId,
      event.actor,
      event.requestId,
      event.traceParent,
      event.occurredAt,
      event.data,
      `\\x${event.contentHash}`,
      command.needs[0] ?? null,
      claim?.kind ?? null,
      claim?.key ?? null,
      rowParts(commands),
    ],
  });
  const answer = rows[0] as Answer;
  if (answer.head_position === null) return null;
  return [{ kind: 'ok', version: event.version, recordedAt: answer.recorded }];
}

/** Nearly all that callers send, but for what comes with an idempotency key. */
function isPlain(command: PreparedCommand): boolean {
  const { events, needs, claims, releases, empties, counts, secrets, keys, remember } = command;
  return (
    events.length === 1 &&
    needs.length <= 1 &&
    claims.length <= 1 &&
    releases.length + empties.length + counts.length + secrets.length + keys.length === 0 &&
    remember === null
  );
}
