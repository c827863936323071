import { describe, expect, it } from '@jest/globals';
import { noNumber } from './no-number.js';

const alice = { identifier: '+15005550001', isoCountry: 'JP' };
const prefix = 'This Service has no compatible Proxy numbers for this Participant. ';

describe('noNumber', () => {
  it.each([
    ['empty-pool', 'no-number-in-pool', 'This Service has no Proxy numbers configured.'],
    ['all-reserved', 'no-unreserved-number', 'No unreserved numbers in proxy pool.'],
    [
      'no-voice',
      'no-voice-number',
      'This Service has no available Proxy numbers having voice capabilities. This can happen if you attempted to create a participant in a session for which you did not specify a Mode in a country that does not support combined voice and sms capabilities.',
    ],
    [
      'no-sms',
      'no-message-number',
      'This Service has no available Proxy numbers having sms capabilities. This can happen if you attempted to create a participant in a session for which you did not specify a Mode in a country that does not support combined voice and sms capabilities.',
    ],
    ['country', 'no-number-for-country', 'This Service has no available Proxy numbers for country code JP.'],
    [
      'geo',
      'no-number',
      "Failed to find a proxy number for +1500555XXXX. Either you have no numbers meeting your service's GeoMatchLevel for the target number, or the numbers you do have are already in use by the participant in other Sessions.",
    ],
    [
      'in-use',
      'no-unused-number',
      'Failed to find a proxy number for +1500555XXXX. All matching proxies for this Participant are already in use in other Sessions.',
    ],
  ] as const)('says of %s what Twilio says', (reason, code, why) => {
    expect(noNumber(reason, alice)).toMatchObject({ code, message: prefix + why });
  });

  it.each([
    ['messenger:4711', 'messenger:XXXX'],
    ['whatsapp:+15005550001', 'whatsapp:XXXX'],
    ['sip:alice\n@example.test', 'sip:XXXX'],
    ['alice', 'XXXX'],
  ])('shows of %s no more than %s', (identifier, masked) => {
    const { message } = noNumber('in-use', { identifier, isoCountry: null });
    expect(message).toContain(`for ${masked}. All`);
  });
});
