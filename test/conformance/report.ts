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

/** The results of a run as a page of docs. */
export function report(
  results: readonly Result[],
  ranOn: { readonly day: string; readonly node: string },
): string {
  const peers = [...new Set(results.map(({ peer }) => peer))];
  const probes = [...new Set(results.map(({ probe }) => probe))];
  const row = (probe: Probe) => {
    const own = results.filter((result) => result.probe === probe);
    const cells = peers.map((peer) =>
      own
        .filter((result) => result.peer === peer)
        .map((result) => cell(result))
        .join(' '),
    );
    return `| \`${probe.name}\`<br>${inCell(probe.demand)} | ${cells.join(' | ')} |`;
  };
  const versions = [...new Set(results.map(({ postgres }) => postgres))].join(' and ');
  return `# Conformance of event stores

Written by \`npm run conformance\` on ${ranOn.day}, with Node ${ranOn.node} and PostgreSQL ${versions}, from what was seen in that
run. Each probe has a database of its own and uses each store as its documentation has an application use it. The cluster
runs without fsync, for no probe cuts its power.

${peers.map(({ name, settings }) => `- **${name}**: ${settings}.`).join('\n')}

| Probe, and what it demands | ${peers.map(({ name }) => name).join(' | ')} |
| --- | ${peers.map(() => '---').join(' | ')} |
${probes.map(row).join('\n')}

_Not promised_: the store does not claim to do this, so it is no failure:

${peers.flatMap(notPromisedBy).join('\n')}

The probes are in \`test/conformance\`, each store behind \`peer.ts\`. Maskline must hold all of them: \`npm test\` runs them on
every PostgreSQL at hand, and \`npm run test:long\` the readers over a million events. Of other stores the results are only
recorded.
`;
}

function cell(result: Result): string {
  const { finding, probe, postgres } = result;
  const where = probe.only === undefined ? '' : ` (PostgreSQL ${postgres})`;
  return `**${verdict(result)}**${where}: ${inCell(finding.seen)}`;
}

function notPromisedBy({ name, notPromised }: Peer): string[] {
  return Object.entries(notPromised).map(([probe, why]) => `- ${name}, \`${probe}\`: ${why}.`);
}

/** What Markdown would take for its own, within a table. */
function inCell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\u0000', '\\\\0');
}
