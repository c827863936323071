import type { KeyObject } from 'node:crypto';
import type { Upcasters } from './upcasters.js';

/** What is needed to understand the events of the log. */
export interface Decoding {
  readonly upcasters: Upcasters;
  /** Opens personal fields; with null they come as they lie in the log. */
  readonly masterKey: KeyObject | null;
}
