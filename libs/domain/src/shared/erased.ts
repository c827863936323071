/**
 * What is left of a personal field once its subject's key is destroyed: evolve and projectors must accept it wherever an
 * event has one. It is JSON, so that a state may hold it.
 */
export interface Erased {
  readonly erased: true;
}

/** A field of an event that tells about a person, so that it may have been erased since. */
export type Personal<Value> = Value | Erased;

export const ERASED: Erased = Object.freeze({ erased: true });

export function isErased(value: unknown): value is Erased {
  return typeof value === 'object' && value !== null && 'erased' in value && value.erased === true;
}
