import type { IdentifierCheck } from '#wire';

/** What an operator decides of masking: contract §16 leaves it open. */
export class MaskingRules {
  constructor(
    readonly identifierCheck: IdentifierCheck,
    /** Whether opt-out words are kept from the partner, for the carrier acts on them. */
    readonly respectsStopWords: boolean,
    /** How many numbers of each kind a service may have in its pool. */
    readonly pool: { readonly unreserved: number; readonly reserved: number },
  ) {}

  poolLimit(isReserved: boolean): number {
    return isReserved ? this.pool.reserved : this.pool.unreserved;
  }
}
