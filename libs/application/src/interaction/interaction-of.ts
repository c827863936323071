import type { Interaction } from '#domain';
import type { InteractionRow } from '#read-model';

/** What a decision must know of an interaction. The store hands out rows of every kind; a KI SID is only ever one of these. */
export function interactionOf(row: object): Interaction;
export function interactionOf(row: object | null): Interaction | null;
export function interactionOf(row: object | null): Interaction | null {
  if (row === null) return null;
  const known = row as InteractionRow;
  return {
    type: known.type,
    inboundStatus: known.inbound_resource_status,
    outboundStatus: known.outbound_resource_status,
    outboundResourceSid: known.outbound_resource_sid,
    attempts: known.attempts,
  };
}
