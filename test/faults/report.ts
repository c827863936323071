import type { Fleet } from './fleet.js';
import { runCli } from './run-cli.js';

const mostRules = 20;
const mostStreams = 5;

/** Thrown when something does not hold; each of `wrong` says what, by its stream where there is one. */
export class RulesBroken extends Error {
  override readonly name = 'RulesBroken';

  constructor(readonly wrong: readonly string[]) {
    super(wrong.slice(0, mostRules).join('\n'));
  }
}

/** All that may tell the cause: what is wrong, the events of the streams that it is about, and what the processes have said. */
export async function report(
  fleet: Fleet,
  { wrong }: RulesBroken,
  history: readonly string[],
): Promise<string> {
  const parts = [
    `${wrong.length} things are wrong:`,
    ...wrong.slice(0, mostRules),
    ...(await Promise.all(streamsIn(wrong).map((sid) => eventsOf(fleet, sid)))),
    'What maskline status and consumer list say:',
    ...(await Promise.all([runCli(fleet, ['status']), runCli(fleet, ['consumer', 'list'])])),
    'The rounds:',
    ...history.slice(-25),
    'What the processes have said:',
    fleet.logs(),
  ];
  return parts.join('\n');
}

function streamsIn(wrong: readonly string[]): string[] {
  const sids = wrong.flatMap((text) => text.match(/\bK[SC][0-9a-f]{32}\b/g) ?? []);
  return [...new Set(sids)].slice(0, mostStreams);
}

/** Without their data: a log of the tests is read by many. */
async function eventsOf({ database }: Fleet, sid: string): Promise<string> {
  try {
    const { rows } = await database.admin.query<Record<string, unknown>>(
      `select position, version, type, actor, request_id, command_id, occurred_at, recorded_at
       from maskline.event where stream_id = $1 order by version`,
      [sid],
    );
    return [`Events of ${sid}:`, ...rows.map((row) => `  ${Object.values(row).map(String).join(' ')}`)].join(
      '\n',
    );
  } catch (error) {
    return `Events of ${sid} cannot be read: ${String(error)}`;
  }
}
