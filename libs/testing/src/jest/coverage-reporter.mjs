// Ends every run by saying against what it ran: green on one PostgreSQL and without Redis is not green on all.
// On CI that is not enough: there a run must have had everything.
export default class CoverageReporter {
  #lines = ['Covered: pure code, no servers'];
  #lacks = false;

  /** The servers are up by now; jest asks for errors before it tells that the run is complete. */
  onRunStart() {
    const servers = globalThis.masklineHarness?.servers;
    if (servers === undefined) return;
    const { postgres, redis, pgBouncer } = servers;
    const versions = Object.values(postgres).map(({ version }) => version);
    const backends = ['PostgreSQL', ...(redis === null ? [] : [`Redis ${redis.version}`])];
    const parts = [`PostgreSQL ${versions.join(' and ')}`, `BullMQ on ${backends.join(' and ')}`];
    if (pgBouncer !== null) parts.push(`PgBouncer ${pgBouncer.version}`);
    this.#lines = [`Covered: ${parts.join('; ')}`];

    const missing = ['15', '18']
      .filter((major) => !(major in postgres))
      .map((major) => `PostgreSQL ${major}`);
    if (redis === null) missing.push('Redis');
    if (pgBouncer === null) missing.push('PgBouncer');
    if (missing.length === 0) return;
    this.#lacks = process.env.CI === 'true';
    this.#lines.push(
      `Not covered: ${missing.join(', ')}${this.#lacks ? ': failed, for CI must cover everything' : ''}`,
    );
  }

  onRunComplete(_contexts, results) {
    const lines = ['', ...this.#lines, counted(results)];
    // Jest's own summary always comes after the reporters, and these are to be the last lines.
    process.once('exit', () => console.log(lines.join('\n')));
  }

  /** An error here makes jest fail. */
  getLastError() {
    return this.#lacks ? new Error('CI must cover everything') : undefined;
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
