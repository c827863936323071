import type { Peer } from './peer.js';
import type { Finding, Probe } from './probe.js';

export interface Result {
  readonly probe: Probe;
  readonly peer: Peer;
  readonly postgres: string;
  readonly finding: Finding;
}

export function verdict({ probe, peer, finding }: Result): string {
  if (finding.holds) return 'holds';
  return probe.name in peer.notPromised ? 'not promised' : 'fails';
}

/** The results of a run as a page of docs: a table of verdicts, then what was demanded and seen. */
export function report(
  results: readonly Result[],
  { day, node }: { readonly day: string; readonly node: string },
): string {
  const peers = [...new Set(results.map(({ peer }) => peer))];
  const probes = [...new Set(results.map(({ probe }) => probe))];
  const of = (probe: Probe, peer: Peer) =>
    results.filter((result) => result.probe === probe && result.peer === peer);
  const row = (probe: Probe) => [
    `[${probe.name}](#${probe.name})`,
    ...peers.map((peer) => of(probe, peer).map(verdict).join()),
  ];
  const section = (probe: Probe) =>
    [
      `### ${probe.name}`,
      inProse(probe.demand),
      peers.flatMap((peer) => of(probe, peer).map(described)).join('\n'),
    ].join('\n\n');
  return `# Conformance of event stores

What an application may ask of its event store under races, lost connections, crowds, backups and clocks, and which store
holds it. Written by \`npm run conformance\` on ${day} with Node ${node}, from what was seen in that run. Each probe has a
database of its own on PostgreSQL 18, or on the version that it names, and uses each store as its documentation has an
application use it. The server runs without fsync, for no probe cuts its power.

${tableOf(['Probe', ...peers.map(({ name }) => name)], probes.map(row))}

_Not promised_ is what a store does not claim to do: not doing it is no failure.

${peers.map(({ name, settings }) => `- **${name}**: ${settings}.`).join('\n')}

The probes are in \`test/conformance\`, each store behind \`peer.ts\`. Maskline must hold them all: \`npm test\` asks it, most of it
on every PostgreSQL at hand, and \`npm run test:long\` has its readers follow a million events. Of other stores the results are only
recorded.

## What was demanded and seen

${probes.map(section).join('\n\n')}
`;
}

function described(result: Result): string {
  const { probe, peer, postgres, finding } = result;
  const where = probe.only === undefined ? '' : `, on PostgreSQL ${postgres}`;
  const why = verdict(result) === 'not promised' ? ` (${peer.notPromised[probe.name] ?? ''})` : '';
  return `- ${peer.name} **${verdict(result)}**${why}${where}: ${inProse(finding.seen)}.`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What Markdown would take for its own. */
function inProse(text: string): string {
  return text.replaceAll(/[\\_*<^]/g, '\\$&');
}
