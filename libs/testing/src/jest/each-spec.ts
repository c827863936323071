import { afterAll, afterEach, beforeEach, expect, jest } from '@jest/globals';
import { cleanUpNow, stepsToTake } from '../clean-up.js';

// Milliseconds that a test may take, by the kind of its file. Here, for jest ignores `testTimeout` of a project.
// For what never ends: a machine that does other things as well has taken twelve times as long as usual.
const timeouts = { unit: 30_000, int: 180_000, e2e: 300_000, long: 600_000 };
const kind = /\.(int|e2e|long)\.spec\.ts$/.exec(expect.getState().testPath ?? '')?.[1] ?? 'unit';
// One of the words of the pattern, or the rest.
jest.setTimeout(timeouts[kind as keyof typeof timeouts]);

// A test that checks nothing passes whatever the code does.
beforeEach(() => {
  expect.hasAssertions();
});

// What a test has started would go on beside all that follow, and take the machine from them.
let before = 0;
beforeEach(() => {
  before = stepsToTake();
});
afterEach(() => cleanUpNow(before));
afterAll(() => cleanUpNow());
