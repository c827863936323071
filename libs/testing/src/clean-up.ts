type Step = () => unknown;

// One list per spec file: jest loads every module anew for each.
const steps: Step[] = [];

/**
 * Has something undone after the spec file, the last thing first. Use it in place of `afterAll` for whatever
 * stands on a test database or a server from here: those go after what was built upon them.
 */
export function cleanUp(step: Step): void {
  steps.push(step);
}

/** Every step is taken, also when one before it fails. */
export async function cleanUpNow(): Promise<void> {
  const failures: unknown[] = [];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'clean-up after the spec failed');
}
