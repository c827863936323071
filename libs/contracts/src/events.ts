import type { z } from 'zod';
import { accountEvents } from './account-events.js';
import { serviceEvents } from './service-events.js';
import { sessionEvents } from './session-events.js';

/** The data of every event, by type. */
export const events = { ...accountEvents, ...serviceEvents, ...sessionEvents };

export type EventType = keyof typeof events;

/** The data of an event of a type. */
export type EventData<Type extends EventType> = z.infer<(typeof events)[Type]>;

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(events, type);
}
