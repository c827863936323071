import type { KeyObject } from 'node:crypto';
import { partitionOf, upcasters } from '#event-store';
import type { Database } from '#platform';
import { readLegalHolds, type LegalHolds } from './legal-holds.js';

/** Reads what of an account is on legal hold. */
export class LegalHoldQueries {
  constructor(
    private readonly db: Database,
    private readonly partitions: number,
    private readonly masterKey: KeyObject,
  ) {}

  /** A page after a SID. */
  list(accountSid: string, after: string, size: number): Promise<LegalHolds> {
    const account = { partition: partitionOf(accountSid, this.partitions), accountSid };
    return readLegalHolds(this.db.reads, account, after, size, { upcasters, masterKey: this.masterKey });
  }
}
