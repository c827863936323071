import { Module, type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';
import { Carrier } from './carrier.js';
import type { OpenCarrier } from './open-carrier.js';
import { Phones } from './simulator/phones.js';

/**
 * Makes the carrier of the process injectable everywhere, and the phones when there are any. It stops while HTTP still answers:
 * the simulator's last callbacks come to this very process.
 */
@Module({})
export class CarrierModule implements BeforeApplicationShutdown {
  static of({ carrier, phones }: OpenCarrier): DynamicModule {
    const providers = [
      { provide: Carrier, useValue: carrier },
      ...(phones === null ? [] : [{ provide: Phones, useValue: phones }]),
    ];
    return { module: CarrierModule, global: true, providers, exports: providers };
  }

  constructor(private readonly carrier: Carrier) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.carrier.stop();
  }
}
