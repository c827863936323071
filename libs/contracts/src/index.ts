export { eventJob, type EventJob } from './event-job.js';
export { events, isEventType, type EventData, type EventType } from './events.js';
export { jobJsonSchema, jsonSchemaOf } from './json-schema.js';
