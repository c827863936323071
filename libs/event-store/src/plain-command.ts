import { canonicalJson } from './canonical-json.js';
import { encodeEvent } from './encode.js';
import type { EventContext } from './event-context.js';
import type { PreparedCommand } from './prepared-command.js';

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
  const occurredAt = '2026-01-02T03:04:05.006Z';
  const events = data.map((data, i) =>
    encodeEvent(
      { type: 'Counted', data },
      { streamId, version: expectedVersion + 1 + i, occurredAt },
      commandId,
      specContext({ accountSid }),
      {},
    ),
  );
  return {
    streamId,
    accountSid,
    category: 'counter',
    expectedVersion,
    commandId,
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
    ...over,
  };
}
