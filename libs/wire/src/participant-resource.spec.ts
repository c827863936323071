import { describe, expect, it } from '@jest/globals';
import type { ParticipantRow } from '#read-model';
import { participantResource, participantSchema } from './participant-resource.js';

const AC = `AC${'1'.repeat(32)}`;
const KS = `KS${'2'.repeat(32)}`;
const KC = `KC${'3'.repeat(32)}`;
const KP = `KP${'4'.repeat(32)}`;
const PN = `PN${'7'.repeat(32)}`;
const base = 'https://proxy.example.test';

const row: ParticipantRow = {
  sid: KP,
  account_sid: AC,
  service_sid: KS,
  session_sid: KC,
  identifier: '+15005550001',
  friendly_name: 'Alice',
  proxy_identifier: '+15005550010',
  proxy_identifier_sid: PN,
  date_deleted: null,
  date_created: '2026-01-02T03:04:05.678Z',
  date_updated: '2026-01-02T03:04:05.678Z',
};

describe('participantResource', () => {
  // Key by key and in order: toBe on the text.
  it('is the example of the contract', () => {
    const resource = participantResource(row, base);
    const url = `${base}/v1/Services/${KS}/Sessions/${KC}/Participants/${KP}`;
    expect(JSON.stringify(resource)).toBe(
      JSON.stringify({
        sid: KP,
        session_sid: KC,
        service_sid: KS,
        account_sid: AC,
        identifier: '+15005550001',
        proxy_identifier: '+15005550010',
        proxy_identifier_sid: PN,
        friendly_name: 'Alice',
        date_deleted: null,
        date_updated: '2026-01-02T03:04:05Z',
        date_created: '2026-01-02T03:04:05Z',
        url,
        links: { message_interactions: `${url}/MessageInteractions` },
      }),
    );
    expect(participantSchema.parse(resource)).toEqual(resource);
  });

  it('shows when a participant was removed', () => {
    const removed = { ...row, date_deleted: '2026-01-03T00:00:00.001Z' };
    expect(participantResource(removed, base).date_deleted).toBe('2026-01-03T00:00:00Z');
  });

  it('shows nothing where the key of something is lost', () => {
    const resource = participantResource({ ...row, identifier: null, friendly_name: null }, base);
    expect(resource).toMatchObject({ identifier: null, friendly_name: null });
    expect(participantSchema.parse(resource)).toEqual(resource);
  });
});
