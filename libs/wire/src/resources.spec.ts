import { describe, expect, it } from '@jest/globals';
import type { ServiceRow, SessionRow } from '#read-model';
import { serviceResource } from './service-resource.js';
import { sessionResource } from './session-resource.js';

const AC = `AC${'1'.repeat(32)}`;
const KS = `KS${'2'.repeat(32)}`;
const KC = `KC${'3'.repeat(32)}`;
const base = 'https://proxy.example.test';

const service: ServiceRow = {
  sid: KS,
  account_sid: AC,
  unique_name: 'rides-eu',
  default_ttl: 3600,
  callback_url: 'https://app.example.test/proxy/events',
  intercept_callback_url: null,
  out_of_session_callback_url: 'https://app.example.test/proxy/oos',
  geo_match_level: 'country',
  number_selection_behavior: 'prefer-sticky',
  chat_instance_sid: null,
  respects_stop_words: null,
  version: 1,
  date_created: '2026-01-02T03:04:05.000Z',
  date_updated: '2026-01-02T03:04:05.999Z',
};

const session: SessionRow = {
  sid: KC,
  account_sid: AC,
  service_sid: KS,
  unique_name: 'Order 1234',
  status: 'open',
  closed_reason: null,
  mode: 'voice-and-message',
  ttl: 3600,
  date_started: null,
  date_ended: null,
  date_last_interaction: null,
  date_expiry: null,
  date_reopened: null,
  expires_at: '2026-01-02T04:04:05.678Z',
  version: 1,
  date_created: '2026-01-02T03:04:05.678Z',
  date_updated: '2026-01-02T03:04:05.678Z',
};

// Key by key and in order, as in the contract's examples: toBe on the text.
describe('serviceResource', () => {
  it('is the example of the contract', () => {
    expect(JSON.stringify(serviceResource(service, base))).toBe(
      JSON.stringify({
        sid: KS,
        account_sid: AC,
        chat_instance_sid: null,
        unique_name: 'rides-eu',
        default_ttl: 3600,
        callback_url: 'https://app.example.test/proxy/events',
        geo_match_level: 'country',
        number_selection_behavior: 'prefer-sticky',
        intercept_callback_url: null,
        out_of_session_callback_url: 'https://app.example.test/proxy/oos',
        date_created: '2026-01-02T03:04:05Z',
        date_updated: '2026-01-02T03:04:05Z',
        url: `${base}/v1/Services/${KS}`,
        links: {
          sessions: `${base}/v1/Services/${KS}/Sessions`,
          phone_numbers: `${base}/v1/Services/${KS}/PhoneNumbers`,
          short_codes: `${base}/v1/Services/${KS}/ShortCodes`,
        },
      }),
    );
  });
});

describe('sessionResource', () => {
  it('is the example of the contract', () => {
    const url = `${base}/v1/Services/${KS}/Sessions/${KC}`;
    expect(JSON.stringify(sessionResource(session, base))).toBe(
      JSON.stringify({
        service_sid: KS,
        status: 'open',
        unique_name: 'Order 1234',
        date_started: null,
        date_ended: null,
        date_last_interaction: null,
        date_expiry: null,
        ttl: 3600,
        mode: 'voice-and-message',
        closed_reason: null,
        sid: KC,
        date_updated: '2026-01-02T03:04:05Z',
        date_created: '2026-01-02T03:04:05Z',
        account_sid: AC,
        url,
        links: { interactions: `${url}/Interactions`, participants: `${url}/Participants` },
      }),
    );
  });

  it('writes every date without a fraction', () => {
    const at = '2026-01-02T03:04:05.678Z';
    const dated = {
      ...session,
      date_started: at,
      date_ended: at,
      date_last_interaction: at,
      date_expiry: at,
    };
    const resource = sessionResource(dated, base);
    expect([
      resource.date_started,
      resource.date_ended,
      resource.date_last_interaction,
      resource.date_expiry,
    ]).toEqual(Array(4).fill('2026-01-02T03:04:05Z'));
  });
});
