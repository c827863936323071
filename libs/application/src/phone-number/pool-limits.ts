/** How many numbers of each kind a service may have in its pool. */
export class PoolLimits {
  constructor(
    readonly unreserved: number,
    readonly reserved: number,
  ) {}

  of(isReserved: boolean): number {
    return isReserved ? this.reserved : this.unreserved;
  }
}
