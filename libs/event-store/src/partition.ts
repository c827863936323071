import { createHash } from 'node:crypto';

/**
 * The partition of an account: the first four bytes of the SHA-256 of its lower-cased SID, modulo the number of partitions.
 * The number is set when the database is made and never changes.
 */
export function partitionOf(accountSid: string, partitions: number): number {
  if (partitions === 1) return 0;
  return createHash('sha256').update(accountSid.toLowerCase()).digest().readUInt32BE(0) % partitions;
}
