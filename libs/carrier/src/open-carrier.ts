import type { KeyObject } from 'node:crypto';
import type { Database } from '#platform';
import type { Carrier } from './carrier.js';
import { usualPace, type Pace } from './simulator/pace.js';
import { Phones } from './simulator/phones.js';
import { Simulation } from './simulator/simulation.js';
import { SimulatorCarrier } from './simulator/simulator-carrier.js';

/** The carrier of a process, and the phones when it is the simulator. */
export interface OpenCarrier {
  readonly carrier: Carrier;
  readonly phones: Phones | null;
}

/** Processes with the same database and master key are one network. The carrier is the caller's to stop. */
export function openSimulator(database: Database, masterKey: KeyObject, pace: Pace = usualPace) {
  const simulation = new Simulation(database, masterKey, pace);
  return { carrier: new SimulatorCarrier(simulation), phones: new Phones(simulation) } satisfies OpenCarrier;
}
