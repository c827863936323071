type Step = () => unknown;

// One list per spec file: jest loads every module anew for each.
const steps: Step[] = [];

/**
 * Has something undone, the last thing first: after the test that did it, or after the file when it was done before its tests. Use
 * it in place of `afterEach` and `afterAll` for whatever stands on a test database or a server from here: those go after what was
 * built upon them.
 */
export function cleanUp(step: Step): void {
  steps.push(step);
}

/** How many steps there are to take. */
export function stepsToTake(): number {
  return steps.length;
}

/** Every step is taken but the first ones that are to be left, also when one before it fails. */
export async function cleanUpNow(left = 0): Promise<void> {
  const failures: unknown[] = [];
  while (steps.length > left) {
    try {
      await steps.pop()?.();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'clean-up after the spec failed');
}
