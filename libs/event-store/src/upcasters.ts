import { overloaded } from './overloaded.js';

/** Lifts the data of an event from one schema version to the next; pure. */
export type Upcaster = (data: object) => object;

/**
 * By event type, the steps from version 1 on. A type without steps is at version 1; a released version never
 * changes, a new shape is a new step here, so the rest of the code only ever sees today's shape.
 */
export type Upcasters = Readonly<Record<string, readonly Upcaster[]>>;

/** Those of every event that was ever released. */
export const upcasters: Upcasters = {
  // Before there were roles every key could do all that Twilio's API knows.
  ApiKeyCreated: [(data) => ({ ...data, role: 'operator' })],
};

export function currentSchemaVersion(upcasters: Upcasters, type: string): number {
  return 1 + (upcasters[type]?.length ?? 0);
}

export function upcast(upcasters: Upcasters, type: string, schemaVersion: number, data: object): object {
  const steps = upcasters[type] ?? [];
  if (schemaVersion > 1 + steps.length) throw newerThanUs();
  return steps.slice(schemaVersion - 1).reduce((lifted, step) => step(lifted), data);
}

/**
 * While a new version is rolled out, an old process can meet what the new one wrote. It cannot tell what that means, so it
 * refuses in a way that makes the caller come again, then perhaps to another process.
 */
export function newerThanUs(): Error {
  return overloaded('this was written by a newer version of Maskline');
}
