import type { LegStatus } from '#domain';

/** The carrier's words for a message or call, as far as they differ from those of a leg. */
const others: Readonly<Record<string, LegStatus>> = {
  accepted: 'queued',
  scheduled: 'queued',
  receiving: 'delivered',
  received: 'delivered',
  read: 'delivered',
  cancelled: 'canceled',
  'delivery-unknown': 'unknown',
};

const same: ReadonlySet<string> = new Set<LegStatus>([
  'queued',
  'initiated',
  'sending',
  'ringing',
  'sent',
  'in-progress',
  'answered',
  'delivered',
  'undelivered',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
]);

/** What a carrier says of a leg; null for a word that means nothing here. */
export function readLegStatus(word: string): LegStatus | null {
  // What is in the set is one.
  return same.has(word) ? (word as LegStatus) : (others[word] ?? null);
}
