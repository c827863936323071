import { describe, it } from '@jest/globals';
import { fuzzApi } from './fuzz-api.js';

describe('the API under generated requests', () => {
  it('answers every one of them as its contract says', async () => {
    await fuzzApi(3000);
  });
});
