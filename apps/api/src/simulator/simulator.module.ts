import { Module, type DynamicModule } from '@nestjs/common';
import type { OpenCarrier } from '#carrier';
import { SimulatorController } from './simulator.controller.js';

/** The phones of the simulated network over HTTP, when there is one. They come from the process's global CarrierModule. */
@Module({})
export class SimulatorModule {
  static of({ phones }: Pick<OpenCarrier, 'phones'>): DynamicModule {
    return { module: SimulatorModule, controllers: phones === null ? [] : [SimulatorController] };
  }
}
