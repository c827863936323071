import type { LegStatus } from './session.events.js';

/** How far along the way of a message or a call each status is; the last ones end it. */
const order: Readonly<Record<LegStatus, number>> = {
  queued: 1,
  initiated: 1,
  sending: 2,
  ringing: 2,
  sent: 3,
  'in-progress': 3,
  answered: 3,
  // Ends no leg: a report that still comes knows more.
  unknown: 3,
  delivered: 4,
  undelivered: 4,
  completed: 4,
  busy: 4,
  'no-answer': 4,
  failed: 4,
  canceled: 4,
};

const END = 4;

export function hasEnded(status: LegStatus | null): boolean {
  return status !== null && order[status] === END;
}

/** Whether a report is news: reports come in any order, and none takes a leg back. */
export function legMayBecome(before: LegStatus | null, after: LegStatus): boolean {
  return before === null || order[after] > order[before] || (before === 'unknown' && after !== 'unknown');
}
