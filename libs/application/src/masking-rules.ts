import type { IdentifierCheck } from '#wire';

/** Twilio warns (80624) when a pool is as full as this. */
const POOL_WARNING = 0.85;

/** What an operator decides of masking: contract §16 leaves it open. */
export class MaskingRules {
  constructor(
    readonly identifierCheck: IdentifierCheck,
    /** Whether opt-out words are kept from the partner, for the carrier acts on them; of services that say nothing else. */
    readonly respectsStopWords: boolean,
    /** How many numbers of each kind a service may have in its pool. */
    readonly pool: { readonly unreserved: number; readonly reserved: number },
    /** After how many days without an interaction a session ends that has neither ttl nor expiry date; 0 for never. */
    private readonly maxIdleDays: number,
  ) {}

  get maxIdleSeconds(): number {
    return this.maxIdleDays * 86_400;
  }

  /** From how many numbers of a kind on a pool counts as nearly full. */
  poolWarning(isReserved: boolean): number {
    return Math.ceil(this.poolLimit(isReserved) * POOL_WARNING);
  }

  poolLimit(isReserved: boolean): number {
    return isReserved ? this.pool.reserved : this.pool.unreserved;
  }
}
