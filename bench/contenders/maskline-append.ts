import { createSession, sessionStream } from '#domain';
import { newSid } from '#platform';
import { contend } from '../contend.js';
import { openBenchStore } from '../open-bench-store.js';
import { nextContext, nextSession } from '../session-wish.js';

/** Sessions without a service above them, a claim, or a row: event, stream and state only. */
const bareStream = { ...sessionStream, category: 'bench', parent: () => null, claims: () => [] };

await contend(async (place) => {
  const { events, close } = await openBenchStore(place);
  const serviceSid = newSid('KS');
  return {
    command: () =>
      events.create(bareStream, newSid('KC'), nextContext(), null, ({ now }) =>
        createSession(sessionStream.initial, nextSession(serviceSid), now),
      ),
    close,
  };
});
