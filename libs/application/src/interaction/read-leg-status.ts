import { LEG_STATUSES, type LegStatus } from '#domain';

/** The carrier's words for a message or call, as far as they differ from those of a leg. */
const others: ReadonlyMap<string, LegStatus> = new Map([
  ['accepted', 'queued'],
  ['scheduled', 'queued'],
  ['receiving', 'delivered'],
  ['received', 'delivered'],
  ['read', 'delivered'],
  ['cancelled', 'canceled'],
  ['delivery-unknown', 'unknown'],
]);

/** What a carrier says of a leg; null for a word that means nothing here. */
export function readLegStatus(word: string): LegStatus | null {
  return LEG_STATUSES.find((status) => status === word) ?? others.get(word) ?? null;
}
