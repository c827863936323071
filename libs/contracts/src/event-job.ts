import { z } from 'zod';

/** Tells a consumer of an event. What happened, which may be personal, is read from the log by whoever takes the job. */
export const eventJob = z.object({
  eventId: z.uuid(),
  type: z.string(),
  streamId: z.string(),
  version: z.int().positive(),
  partition: z.int().nonnegative(),
  position: z.int().positive(),
  occurredAt: z.string(),
  /** Null for the normal delivery; a consumer handles an event once for each replay. */
  replayId: z.string().nullable(),
});

export type EventJob = z.infer<typeof eventJob>;
