import { Injectable } from '@nestjs/common';
import { poolOf } from '#domain';
import type { ChangeOptions } from '#event-store';
import { NumberPool } from '#read-model';
import { Alerts } from '../alerts/alerts.js';
import { MaskingRules } from '../masking-rules.js';

/** How large the pools of services may become. */
@Injectable()
export class PoolLimits {
  constructor(
    private readonly pool: NumberPool,
    private readonly rules: MaskingRules,
    private readonly alerts: Alerts,
  ) {}

  /** What whoever brings a number of a kind to a pool has counted. */
  of(serviceSid: string, isReserved: boolean): NonNullable<ChangeOptions['counts']> {
    return [{ ...poolOf(serviceSid, isReserved), max: this.rules.poolLimit(isReserved) }];
  }

  /** Warns with each number that comes to a pool that is nearly full: of two that come at once neither may be missed. */
  async watch(accountSid: string, serviceSid: string, isReserved: boolean): Promise<void> {
    const size = await this.pool.size(accountSid, serviceSid, isReserved);
    if (size < this.rules.poolWarning(isReserved)) return;
    const why = `${size} of ${this.rules.poolLimit(isReserved)} ${isReserved ? 'reserved' : 'unreserved'}`;
    this.alerts.raise(80624, { accountSid, serviceSid, why });
  }
}
