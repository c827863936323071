import { describe, expect, it } from '@jest/globals';
import { maskedIdentifier } from './masked-identifier.js';

describe('maskedIdentifier', () => {
  it.each([
    ['+12025550101', '****0101'],
    ['messenger:1234567890', '****7890'],
  ])('shows the last four characters of %s', (identifier, masked) => {
    expect(maskedIdentifier(identifier)).toBe(masked);
  });

  it.each(['+1234567', '12345', ''])('shows nothing of %p, of which four would be half', (identifier) => {
    expect(maskedIdentifier(identifier)).toBe('****');
  });
});
