import { encodeEvent } from '../append/encode.js';
import type { Need, PreparedCommand } from '../append/prepared-command.js';
import { canonicalJson } from '../canonical-json.js';
import { envelopeOf, type EventContext } from '../event-context.js';

export const specAccount = 'AC00000000000000000000000000000001';

export function specContext(over: Partial<EventContext> = {}): EventContext {
  return {
    accountSid: specAccount,
    actor: specAccount,
    requestId: 'RQ1',
    correlationId: 'RQ1',
    causationId: null,
    traceParent: null,
    idempotency: null,
    ...over,
  };
}

let commands = 0;

/** For specs of the append: a command that takes a stream one event further and asks nothing of the rest of the world. */
export function plainCommand(
  streamId: string,
  { data = [{ n: 1 }], ...over }: Partial<PreparedCommand> & { readonly data?: readonly object[] } = {},
): PreparedCommand {
  const { accountSid = specAccount, expectedVersion = 0, commandId = `command-${++commands}` } = over;
  const envelope = envelopeOf(specContext({ accountSid }), commandId, '2026-01-02T03:04:05.006Z');
  const events = data.map((data, i) =>
    encodeEvent(
      { type: 'Counted', data },
      { accountSid, streamId, version: expectedVersion + 1 + i },
      envelope,
      {},
    ),
  );
  return {
    streamId,
    accountSid,
    category: 'counter',
    expectedVersion,
    ...envelope,
    remember: null,
    events,
    status: 'live',
    state: canonicalJson({ status: 'live', version: expectedVersion + data.length }),
    stateSchema: 1,
    validUntil: null,
    needs: [],
    claims: [],
    releases: [],
    empties: [],
    counts: [],
    secrets: [],
    keys: [],
    rows: [],
    uses: [],
    ...over,
  };
}

/** For specs: a need of the stream, at any version. */
export function live(stream: string): Need {
  return { stream, version: null };
}
