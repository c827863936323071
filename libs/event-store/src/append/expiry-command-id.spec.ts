import { describe, expect, it } from '@jest/globals';
import { expiryCommandId } from './expiry-command-id.js';

const deadline = '2026-01-02T03:04:05.006Z';

describe('expiryCommandId', () => {
  // It is in the log, and other versions must find the same: it may never change.
  it('is the same for ever', () => {
    expect(expiryCommandId('KC1', deadline)).toBe('10c3faae-0a91-5466-865f-4ce6f7804ab6');
  });

  it('is a uuid of version 5', () => {
    expect(expiryCommandId('KC1', deadline)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('differs by stream and by deadline: a re-opened session can expire again', () => {
    const ids = [
      expiryCommandId('KC1', deadline),
      expiryCommandId('KC2', deadline),
      expiryCommandId('KC1', '2026-01-02T03:04:05.007Z'),
    ];
    expect(new Set(ids).size).toBe(3);
  });
});
