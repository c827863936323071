import { Controller, Get } from '@nestjs/common';
import { EventStore } from '#event-store';
import { Database } from '#platform';
import { readHours } from '#read-model';
import { statisticsQuery, statisticsResource, statisticsSchema, type StatisticsQuery } from '#wire';
import { Operation } from '../http/operation.js';
import { AccountSid } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/Statistics')
export class StatisticsController {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
  ) {}

  /** Counted by the worker as events come, so deleted sessions are among them, and the last moments may not be yet. */
  @Get()
  @Operation('Count sessions, messages and calls by the hour', 200, statisticsSchema, 400)
  async fetch(@QueryOf(statisticsQuery(Date.now)) query: StatisticsQuery, @AccountSid() accountSid: string) {
    const { from, to } = query;
    const hours = await readHours(this.database, this.events.partitions, accountSid, from, to);
    return statisticsResource(query, hours);
  }
}
