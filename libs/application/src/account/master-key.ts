import type { KeyObject } from 'node:crypto';

/** Nest's token for the key under which secrets are sealed. */
export class MasterKey {
  constructor(readonly key: KeyObject) {}
}
