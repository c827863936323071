import { describe, expect, it } from '@jest/globals';
import type { PhoneNumberRow, ShortCodeRow } from '#read-model';
import { phoneNumberResource, phoneNumberSchema } from './phone-number-resource.js';
import { shortCodeResource, shortCodeSchema } from './short-code-resource.js';

const AC = `AC${'1'.repeat(32)}`;
const KS = `KS${'2'.repeat(32)}`;
const PN = `PN${'7'.repeat(32)}`;
const SC = `SC${'9'.repeat(32)}`;
const base = 'https://proxy.example.test';

const shared = {
  account_sid: AC,
  service_sid: KS,
  iso_country: 'US',
  is_reserved: false,
  version: 1,
  date_created: '2026-01-02T03:04:05.678Z',
  date_updated: '2026-01-02T03:04:05.999Z',
};
const phoneNumber: PhoneNumberRow = {
  ...shared,
  sid: PN,
  phone_number: '+15005550010',
  friendly_name: '(500) 555-0010',
  capabilities: { voice: true, sms: true, mms: true, fax: false },
};
const shortCode: ShortCodeRow = {
  ...shared,
  sid: SC,
  short_code: '12345',
  capabilities: { voice: false, sms: true, mms: false, fax: false },
};

// Key by key and in order, as in the contract's examples: toBe on the text.
describe('phoneNumberResource', () => {
  it('is the example of the contract, with the capabilities that typed SDKs read', () => {
    const resource = phoneNumberResource(phoneNumber, 3, base);
    expect(JSON.stringify(resource)).toBe(
      JSON.stringify({
        sid: PN,
        account_sid: AC,
        service_sid: KS,
        date_created: '2026-01-02T03:04:05Z',
        date_updated: '2026-01-02T03:04:05Z',
        phone_number: '+15005550010',
        friendly_name: '(500) 555-0010',
        iso_country: 'US',
        capabilities: {
          fax_inbound: false,
          fax_outbound: false,
          mms_inbound: true,
          mms_outbound: true,
          restriction_fax_domestic: false,
          restriction_mms_domestic: false,
          restriction_sms_domestic: false,
          restriction_voice_domestic: false,
          sip_trunking: false,
          sms_inbound: true,
          sms_outbound: true,
          voice_inbound: true,
          voice_outbound: true,
          sms: true,
          mms: true,
          voice: true,
          fax: false,
        },
        url: `${base}/v1/Services/${KS}/PhoneNumbers/${PN}`,
        is_reserved: false,
        in_use: 3,
      }),
    );
    expect(phoneNumberSchema.parse(resource)).toEqual(resource);
  });

  it.each(['voice', 'sms', 'mms', 'fax'] as const)('shows %s in both directions', (kind) => {
    const none = { voice: false, sms: false, mms: false, fax: false };
    const row = { ...phoneNumber, capabilities: { ...none, [kind]: true } };
    const { capabilities } = phoneNumberResource(row, 0, base);
    const shown = Object.entries(capabilities).flatMap(([key, isShown]) => (isShown ? [key] : []));
    expect(shown).toEqual([`${kind}_inbound`, `${kind}_outbound`, kind]);
  });
});

describe('shortCodeResource', () => {
  it('is the example of the contract, with all capabilities', () => {
    const resource = shortCodeResource(shortCode, base);
    const { capabilities, ...rest } = resource;
    expect(JSON.stringify(rest)).toBe(
      JSON.stringify({
        sid: SC,
        account_sid: AC,
        service_sid: KS,
        date_created: '2026-01-02T03:04:05Z',
        date_updated: '2026-01-02T03:04:05Z',
        short_code: '12345',
        iso_country: 'US',
        url: `${base}/v1/Services/${KS}/ShortCodes/${SC}`,
        is_reserved: false,
      }),
    );
    expect(capabilities).toMatchObject({ sms_outbound: true, voice_inbound: false });
    expect(shortCodeSchema.parse(resource)).toEqual(resource);
  });
});
