import { afterAll, beforeEach, expect, jest } from '@jest/globals';
import { cleanUpNow } from '../clean-up.js';

// Milliseconds that a test may take, by the kind of its file. Here, for jest ignores `testTimeout` of a project.
const timeouts = { int: 30_000, e2e: 60_000, long: 600_000 };
const kind = /\.(int|e2e|long)\.spec\.ts$/.exec(expect.getState().testPath ?? '')?.[1];
// One of the words of the pattern, or none.
if (kind !== undefined) jest.setTimeout(timeouts[kind as keyof typeof timeouts]);

// A test that checks nothing passes whatever the code does.
beforeEach(() => {
  expect.hasAssertions();
});

afterAll(cleanUpNow);
