import { serviceStream, sessionStream } from '#domain';
import { anyProjector, type AnyProjector } from '#event-store';
import { serviceProjector } from './service/service.projector.js';
import { sessionProjector } from './session/session.projector.js';

/** By category: the rows that are written in the transaction of their events. */
export const inlineProjectors: Readonly<Record<string, readonly AnyProjector[]>> = {
  [serviceStream.category]: [anyProjector(serviceProjector)],
  [sessionStream.category]: [anyProjector(sessionProjector)],
};
