import { z } from 'zod';

/** What a writer tells of each command that was acknowledged to it, a line of JSON each. */
const acknowledgement = z.object({
  /** In the envelope of every event of the command. */
  requestId: z.string(),
  /** The client's key, if it had one. */
  commandId: z.string().nullable(),
  sid: z.string(),
  version: z.number(),
  isDuplicate: z.boolean(),
  /** The types of the events that the last decision made. */
  decided: z.array(z.string()),
});

export type Acknowledgement = z.infer<typeof acknowledgement>;

/** What a writer says at its start and at its end; `refused` by the code of the refusal. */
const start = z.object({ isReady: z.literal(true) });
const end = z.object({ refused: z.record(z.string(), z.number()) });

export const line = z.union([acknowledgement, start, end]);

export type Line = z.infer<typeof line>;
