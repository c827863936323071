import { describe, it } from '@jest/globals';
import { fuzzApi } from './fuzz-api.js';

describe('the API under generated requests', () => {
  it('answers every one of 2,000 as its contract says', async () => {
    await fuzzApi(2000);
  });
});
