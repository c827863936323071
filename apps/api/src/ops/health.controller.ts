import { Controller, Get, Logger, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readiness } from '#platform';

@ApiExcludeController()
@Controller()
export class HealthController {
  private readonly logger = new Logger(HealthController.name);

  constructor(private readonly readiness: Readiness) {}

  /** The process answers. Whether it is of use is for /readyz to say: a restart heals no database. */
  @Get('healthz')
  live() {
    return { status: 'ok' };
  }

  /** Each check by name. Why one fails is for the log: anyone may ask here. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const failures = await this.readiness.ask();
    const reasons = [...failures].filter(([, reason]) => reason !== null);
    if (reasons.length > 0) {
      this.logger.warn(`not ready: ${reasons.map(([name, reason]) => `${name}: ${reason}`).join('; ')}`);
      reply.code(503);
    }
    return {
      status: reasons.length === 0 ? 'ready' : 'not ready',
      checks: Object.fromEntries(
        [...failures].map(([name, reason]) => [name, reason === null ? 'ok' : 'failing']),
      ),
    };
  }
}
