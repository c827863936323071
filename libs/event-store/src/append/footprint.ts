import type { ClaimRange } from '#domain';
import type { PreparedCommand } from './prepared-command.js';

/** What one command writes and reads, as keys. */
export interface Marks {
  readonly command: PreparedCommand;
  readonly writes: readonly string[];
  readonly reads: readonly string[];
}

export function marksOf(command: PreparedCommand): Marks {
  return { command, writes: writesOf(command), reads: command.needs.map(({ stream }) => `s ${stream}`) };
}

/**
 * What the commands of one flush write and read. A command goes along, or beside it, only when no write of one meets a write
 * or a read of another, so that commands judged by one snapshot cannot spoil each other's judgement.
 *
 * Each flush has its own, dropped with it. One for all flushes, its keys deleted one by one, would cost more than it saves: a
 * Map that grew anew points from its dead table to the living one, which keeps all that ever stood in them from an early end.
 */
export class Footprint {
  readonly #written = new Set<string>();
  readonly #read = new Set<string>();
  /** Commands with ranges are rare, so each meeting of a range and a claim is looked for one by one. */
  readonly #ranged: PreparedCommand[] = [];
  readonly #claiming: PreparedCommand[] = [];

  add({ command, writes, reads }: Marks): void {
    for (const key of writes) this.#written.add(key);
    for (const key of reads) this.#read.add(key);
    if (isRanged(command)) this.#ranged.push(command);
    if (command.claims.length + command.releases.length > 0) this.#claiming.push(command);
  }

  meets({ command, writes, reads }: Marks): boolean {
    for (const key of writes) if (this.#written.has(key) || this.#read.has(key)) return true;
    for (const key of reads) if (this.#written.has(key)) return true;
    for (const other of this.#ranged) if (claimsMeetRanges(command, other)) return true;
    if (isRanged(command)) {
      for (const other of this.#claiming) if (claimsMeetRanges(other, command)) return true;
    }
    return false;
  }
}

function writesOf(command: PreparedCommand): string[] {
  const keys = [`s ${command.streamId}`];
  if (command.remember !== null) keys.push(`c ${command.commandId}`);
  for (const { kind, key } of command.claims) keys.push(`k ${command.accountSid} ${kind} ${key}`);
  for (const { kind, key } of command.releases) keys.push(`k ${command.accountSid} ${kind} ${key}`);
  return keys;
}

function isRanged(command: PreparedCommand): boolean {
  return command.empties.length + command.counts.length > 0;
}

function claimsMeetRanges(claiming: PreparedCommand, ranged: PreparedCommand): boolean {
  if (claiming.accountSid !== ranged.accountSid) return false;
  const inRange = (range: ClaimRange) =>
    [...claiming.claims, ...claiming.releases].some(
      ({ kind, key }) => kind === range.kind && key >= range.lo && key < range.hi,
    );
  return ranged.empties.some(inRange) || ranged.counts.some(inRange);
}
