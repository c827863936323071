import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { newSid, type Database } from '#platform';
import { cleanUp, testDatabase } from '#testing';
import { openCarrier, type CarrierConfig } from './open-carrier.js';
import { credentials, serveTwilio } from './twilio/spec/serve-twilio.js';

const masterKey = createSecretKey(randomBytes(32));

let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase());
});

async function open(config: CarrierConfig) {
  const opened = await openCarrier(config, database, masterKey);
  cleanUp(() => opened.carrier.stop());
  return opened;
}

describe('openCarrier', () => {
  it('opens the simulator with its phones', async () => {
    const { carrier, phones } = await open({ CARRIER: 'simulator' });
    const accountSid = newSid('AC');
    const number = await carrier.findNumber(accountSid, { phoneNumber: '+14155550100' });
    expect(await phones?.buyNumber(accountSid, '+14155550100')).toEqual(number);
    expect(number?.sid).toMatch(/^PN/);
  });

  it('opens Twilio with the credentials of the settings, and no phones', async () => {
    const twilio = await serveTwilio();
    const { carrier, phones } = await open({
      CARRIER: 'twilio',
      TWILIO_ACCOUNT_SID: credentials.accountSid,
      TWILIO_AUTH_TOKEN: credentials.authToken,
      TWILIO_API_BASE_URL: twilio.url,
    });
    expect(phones).toBeNull();
    expect(await carrier.findNumber(newSid('AC'), { phoneNumber: '+14155550100' })).toBeNull();
    expect(twilio.asked).toHaveLength(1);
    expect(twilio.violations).toEqual([]);
    expect(await carrier.webhookToken(newSid('AC'))).toBe(credentials.authToken);
  });
});
