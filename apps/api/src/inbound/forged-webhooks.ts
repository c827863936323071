import { Injectable } from '@nestjs/common';
import { Alerts } from '#application';
import { isGone } from '#domain';
import { ServiceQueries } from '#read-model';
import { Allowance } from '../http/allowance.js';
import type { WebhookAddress } from './webhook-place.js';

const PER_MINUTE = 10;
const MOST_REMEMBERED = 10_000;

/**
 * Tells the operator of webhooks that the carrier has not signed, of services that are there, and of each only so often: anybody
 * can send them, and they must not drown what else there is to tell.
 */
@Injectable()
export class ForgedWebhooks {
  readonly #allowance = new Allowance(PER_MINUTE, MOST_REMEMBERED);

  constructor(
    private readonly services: ServiceQueries,
    private readonly alerts: Alerts,
  ) {}

  async report(place: WebhookAddress): Promise<void> {
    const { accountSid, serviceSid } = place;
    const now = performance.now();
    if (this.#allowance.wait(serviceSid, now) > 0) return;
    try {
      await this.services.get(accountSid, serviceSid);
    } catch (error) {
      if (isGone(error)) return;
      throw error;
    }
    // Many may have come meanwhile.
    if (this.#allowance.wait(serviceSid, now) > 0) return;
    this.#allowance.use(serviceSid, now);
    this.alerts.raise(80625, place);
  }
}
