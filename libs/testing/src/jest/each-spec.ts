import { afterAll, beforeEach, expect } from '@jest/globals';
import { cleanUpNow } from '../clean-up.js';

// A test that checks nothing passes whatever the code does.
beforeEach(() => {
  expect.hasAssertions();
});

afterAll(cleanUpNow);
