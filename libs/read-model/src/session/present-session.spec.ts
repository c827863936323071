import { describe, expect, it } from '@jest/globals';
import type { SessionRow } from '../tables.js';
import { presentSession } from './present-session.js';

const deadline = '2026-01-02T04:00:00.000Z';
const before = '2026-01-02T03:59:59.999Z';

const active: SessionRow = {
  sid: `KC${'3'.repeat(32)}`,
  account_sid: `AC${'1'.repeat(32)}`,
  service_sid: `KS${'2'.repeat(32)}`,
  unique_name: null,
  status: 'in-progress',
  closed_reason: null,
  mode: 'voice-and-message',
  ttl: 3600,
  date_started: '2026-01-02T03:00:00.000Z',
  date_ended: null,
  date_last_interaction: null,
  date_expiry: null,
  date_reopened: null,
  expires_at: deadline,
  version: 2,
  date_created: '2026-01-02T03:00:00.000Z',
  date_updated: '2026-01-02T03:00:00.000Z',
};

describe('presentSession', () => {
  it('shows a session as it is until its deadline', () => {
    expect(presentSession(active, before)).toBe(active);
  });

  it('shows it closed from the very deadline on', () => {
    expect(presentSession(active, deadline)).toEqual({
      ...active,
      status: 'closed',
      closed_reason: 'ttl-expired',
      date_ended: deadline,
      date_updated: deadline,
      expires_at: null,
    });
  });

  it('was updated at its last change, when that is later than the deadline', () => {
    const shortened = { ...active, date_updated: '2026-01-02T05:00:00.000Z' };
    expect(presentSession(shortened, shortened.date_updated)).toMatchObject({
      date_ended: deadline,
      date_updated: shortened.date_updated,
    });
  });

  it('names the expiry date as the reason when there was one', () => {
    const dated = { ...active, date_expiry: deadline };
    expect(presentSession(dated, deadline)).toMatchObject({ closed_reason: 'date-expiry' });
  });

  it('never ends a session without a deadline', () => {
    const endless = { ...active, expires_at: null };
    expect(presentSession(endless, '9999-12-31T00:00:00.000Z')).toBe(endless);
  });
});
