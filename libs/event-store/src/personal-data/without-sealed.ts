import type { RecordedEvent } from '../recorded-event.js';
import { isSealed } from './sealed-field.js';

/** The event without the fields that tell about a person: for those to whom even their ciphertext is of no use. */
export function withoutSealed(recorded: RecordedEvent): RecordedEvent {
  const { type, data } = recorded.event;
  const open = Object.entries<unknown>({ ...data }).filter(([, value]) => !isSealed(value));
  return { ...recorded, event: { type, data: Object.fromEntries(open) } };
}
