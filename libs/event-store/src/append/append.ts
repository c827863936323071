import type { Queryable } from '../queryable.js';
import type { EventRow } from '../recorded-event.js';
import { appendParameters } from './append-parameters.js';
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
  const { rows } = await db.query({ name: 'append', text, values: appendParameters(partition, commands) });
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
