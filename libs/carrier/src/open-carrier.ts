import type { KeyObject } from 'node:crypto';
import type { Config, Database } from '#platform';
import type { Carrier } from './carrier.js';
import { usualPace, type Pace } from './simulator/pace.js';
import { Phones } from './simulator/phones.js';
import { Simulation } from './simulator/simulation.js';
import { SimulatorCarrier } from './simulator/simulator-carrier.js';
import { openTwilio } from './twilio/open-twilio.js';
import { TwilioCarrier } from './twilio/twilio-carrier.js';

/** The carrier of a process, and the phones when it is the simulator. */
export interface OpenCarrier {
  readonly carrier: Carrier;
  readonly phones: Phones | null;
}

export type CarrierConfig = Pick<
  Config,
  'CARRIER' | 'TWILIO_ACCOUNT_SID' | 'TWILIO_AUTH_TOKEN' | 'TWILIO_API_BASE_URL'
>;

/** As long as a request to Twilio may take. */
const TWILIO_PATIENCE = 15_000;

/** Opens the carrier that the settings name, over a migrated database. */
export async function openCarrier(
  config: CarrierConfig,
  database: Database,
  masterKey: KeyObject,
): Promise<OpenCarrier> {
  if (config.CARRIER === 'simulator') return openSimulator(database, masterKey);
  const { TWILIO_ACCOUNT_SID = '', TWILIO_AUTH_TOKEN = '', TWILIO_API_BASE_URL = null } = config;
  const access = {
    accountSid: TWILIO_ACCOUNT_SID,
    authToken: TWILIO_AUTH_TOKEN,
    baseUrl: TWILIO_API_BASE_URL,
  };
  const client = await openTwilio({ ...access, patience: TWILIO_PATIENCE });
  return { carrier: new TwilioCarrier(client, access), phones: null };
}

/** Processes with the same database and master key are one network. The carrier is the caller's to stop. */
export function openSimulator(database: Database, masterKey: KeyObject, pace: Pace = usualPace) {
  const simulation = new Simulation(database, masterKey, pace);
  return { carrier: new SimulatorCarrier(simulation), phones: new Phones(simulation) } satisfies OpenCarrier;
}
