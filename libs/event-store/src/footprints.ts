import type { ClaimRange, PreparedCommand } from './prepared-command.js';

/** What one command reads and writes. */
export interface Footprint {
  readonly command: PreparedCommand;
  readonly writes: readonly string[];
  readonly reads: readonly string[];
}

/**
 * What the commands of a batch, and of the batches in flight, read and write. A command is admitted only when no write
 * of one meets a write or a read of another, so that commands judged by one snapshot cannot spoil each other's judgement.
 */
export class Footprints {
  readonly #written = new Map<string, number>();
  readonly #read = new Map<string, number>();
  /** Commands with ranges are rare, so each meeting of a range and a claim is looked for one by one. */
  readonly #ranged = new Set<PreparedCommand>();
  readonly #claiming = new Set<PreparedCommand>();

  /** Takes the command in, or answers null when it must wait for one that is in already. */
  admit(command: PreparedCommand): Footprint | null {
    const footprint = { command, writes: writesOf(command), reads: readsOf(command) };
    if (!this.#isFree(footprint)) return null;
    for (const key of footprint.writes) count(this.#written, key, 1);
    for (const key of footprint.reads) count(this.#read, key, 1);
    if (isRanged(command)) this.#ranged.add(command);
    if (command.claims.length + command.releases.length > 0) this.#claiming.add(command);
    return footprint;
  }

  remove({ command, writes, reads }: Footprint): void {
    for (const key of writes) count(this.#written, key, -1);
    for (const key of reads) count(this.#read, key, -1);
    this.#ranged.delete(command);
    this.#claiming.delete(command);
  }

  #isFree({ command, writes, reads }: Footprint): boolean {
    for (const key of writes) if (this.#written.has(key) || this.#read.has(key)) return false;
    for (const key of reads) if (this.#written.has(key)) return false;
    for (const other of this.#ranged) if (claimsMeetRanges(command, other)) return false;
    if (isRanged(command)) {
      for (const other of this.#claiming) if (claimsMeetRanges(other, command)) return false;
    }
    return true;
  }
}

function writesOf(command: PreparedCommand): string[] {
  const keys = [`s ${command.streamId}`];
  if (command.remember !== null) keys.push(`c ${command.commandId}`);
  for (const { kind, key } of command.claims) keys.push(`k ${command.accountSid} ${kind} ${key}`);
  for (const { kind, key } of command.releases) keys.push(`k ${command.accountSid} ${kind} ${key}`);
  return keys;
}

function readsOf(command: PreparedCommand): string[] {
  return command.needs.map(({ stream }) => `s ${stream}`);
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

function count(counts: Map<string, number>, key: string, by: number): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now === 0) counts.delete(key);
  else counts.set(key, now);
}
