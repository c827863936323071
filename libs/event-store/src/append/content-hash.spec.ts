import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.js';
import { contentHash, type HashedEnvelope } from './content-hash.js';

const envelope: HashedEnvelope = {
  accountSid: 'AC1',
  actor: 'AC1',
  causationId: null,
  commandId: 'c1',
  correlationId: 'RQ1',
  eventId: '0194d7a0-0000-7000-8000-000000000000',
  occurredAt: '2026-01-02T03:04:05.006Z',
  requestId: 'RQ1',
  schemaVersion: 1,
  streamId: 'KC1',
  traceParent: null,
  type: 'SessionTtlChanged',
  version: 2,
};

describe('contentHash', () => {
  // Seals are built on it: it may never change.
  it('is the same for ever', () => {
    expect(contentHash(envelope, '{"ttl":60}')).toBe(
      '4cc6cd9b34cc99d1018c7b837696d407d17eca0becfdd3d797a3d21baaa04723',
    );
  });

  it('is the SHA-256 of the canonical JSON of envelope and data', () => {
    const data = { uniqueName: 'Zoë "1"', ttl: 60 };
    for (const actor of ['AC1', 'Zoë', '"', '\\', '\n', '\u007f', '[]~ !']) {
      const text = canonicalJson({ ...envelope, actor, data });
      const sha256 = createHash('sha256').update(text).digest('hex');
      expect(contentHash({ ...envelope, actor }, canonicalJson(data))).toBe(sha256);
    }
  });

  it.each(Object.keys(envelope) as (keyof HashedEnvelope)[])('covers %s', (key) => {
    const changed = { ...envelope, [key]: typeof envelope[key] === 'number' ? 7 : 'another' };
    expect(contentHash(changed, '{"ttl":60}')).not.toBe(contentHash(envelope, '{"ttl":60}'));
  });

  it('covers the data', () => {
    expect(contentHash(envelope, '{"ttl":61}')).not.toBe(contentHash(envelope, '{"ttl":60}'));
  });
});
