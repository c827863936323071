export * from './carrier.js';
export * from './carrier-errors.js';
export * from './carrier.module.js';
export * from './open-carrier.js';
export { Phones } from './simulator/phones.js';
export type { ShownCall } from './simulator/stored-calls.js';
export type { ShownMessage } from './simulator/stored-messages.js';
