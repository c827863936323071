// Ends every run by saying against what it ran: green on one PostgreSQL and without Redis is not green on all.
// On CI that is not enough: there a run must have had everything.
export default class CoverageReporter {
  #missing = [];

  onRunComplete(_contexts, results) {
    const lines = ['', ...this.#covered(globalThis.masklineHarness?.servers), counted(results)];
    // Jest's own summary always comes after the reporters, and these are to be the last lines.
    process.once('exit', () => console.log(lines.join('\n')));
  }

  /** An error here makes jest fail. */
  getLastError() {
    if (process.env.CI !== 'true' || this.#missing.length === 0) return undefined;
    return new Error('CI must cover everything');
  }

  #covered(servers) {
    if (servers === undefined) return ['Covered: pure code, no servers'];
    const { postgres, redis } = servers;
    const versions = Object.values(postgres).map(({ version }) => version);
    const backends = ['PostgreSQL', ...(redis === null ? [] : [`Redis ${redis.version}`])];
    const lines = [`Covered: PostgreSQL ${versions.join(' and ')}; BullMQ on ${backends.join(' and ')}`];
    this.#missing = [
      ...['15', '18'].filter((major) => !(major in postgres)).map((major) => `PostgreSQL ${major}`),
      ...(redis === null ? ['Redis'] : []),
    ];
    if (this.#missing.length === 0) return lines;
    const verdict = process.env.CI === 'true' ? ': failed, for CI must cover everything' : '';
    return [...lines, `Not covered: ${this.#missing.join(', ')}${verdict}`];
  }
}

function counted({
  numPassedTests,
  numFailedTests,
  numRuntimeErrorTestSuites,
  numPendingTests,
  numTodoTests,
}) {
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  const skipped = numPendingTests + numTodoTests;
  return `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
