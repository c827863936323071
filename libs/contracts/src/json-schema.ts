import { z } from 'zod';
import { eventJob } from './event-job.js';
import { events, type EventType } from './events.js';

/** The data of an event as JSON Schema, draft 2020-12. Further fields are allowed, for some may be added. */
export function jsonSchemaOf(type: EventType): unknown {
  return z.toJSONSchema(events[type], { io: 'input' });
}

/** The job of an event as JSON Schema. */
export function jobJsonSchema(): unknown {
  return z.toJSONSchema(eventJob, { io: 'input' });
}
