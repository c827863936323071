import { createSecretKey, randomBytes } from 'node:crypto';
import { newSid, type Database } from '#platform';
import { cleanUp, testDatabase } from '#testing';
import { openSimulator } from '../../open-carrier.js';
import { usualPace, type Pace } from '../pace.js';
import { serveWebhooks } from './serve-webhooks.js';

const masterKey = createSecretKey(randomBytes(32));

/** One process on the network of a database. */
export function openProcess(database: Database, pace: Partial<Pace> = {}) {
  const simulator = openSimulator(database, masterKey, { ...usualPace, step: 2, second: 5, ...pace });
  cleanUp(() => simulator.carrier.stop());
  return simulator;
}

/** A network of this spec's own, and a server that stands for Maskline. */
export async function openNetwork(pace: Partial<Pace> = {}) {
  const { database } = await testDatabase();
  const webhooks = await serveWebhooks();
  const { carrier, phones } = openProcess(database, pace);

  return {
    database,
    webhooks,
    carrier,
    phones,

    /** An account with a number whose messages and calls come to these paths. */
    async connect(
      phoneNumber: string,
      { accountSid = newSid('AC'), message = '/message', call = '/call' } = {},
    ) {
      const number = await carrier.findNumber(accountSid, { phoneNumber });
      if (number === null) throw new Error('there is no such number');
      await carrier.connectNumber(accountSid, number.sid, {
        message: webhooks.url + message,
        call: webhooks.url + call,
      });
      return { accountSid, ...number };
    },
  };
}

export type Network = Awaited<ReturnType<typeof openNetwork>>;
