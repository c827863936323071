import { describe, it } from '@jest/globals';
import { fuzzApi } from './fuzz-api.js';

const MINUTE = 60_000;

describe('the API under generated requests', () => {
  it(
    'answers every one of 100,000 as its contract says',
    async () => {
      await fuzzApi(100_000);
    },
    // Two on a machine that has little else to do.
    15 * MINUTE,
  );
});
