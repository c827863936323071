import { partitionOf, readStream, upcasters } from '#event-store';
import type { Database } from '#platform';
import { foldKeys, type KeyLife } from './fold-keys.js';

/** Reads the API keys of an account, from its events: there are few, for keys come and go by hand. */
export class ApiKeyQueries {
  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {}

  /** Those that are accepted. */
  async list(accountSid: string): Promise<KeyLife[]> {
    const stream = { partition: partitionOf(accountSid, this.partitions), streamId: accountSid };
    const keys = await foldKeys(readStream(this.db.reads, stream, upcasters));
    return keys.filter(({ revokedAt }) => revokedAt === null);
  }
}
