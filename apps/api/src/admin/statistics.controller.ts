import { Controller, Get } from '@nestjs/common';
import { AccountHourQueries } from '#read-model';
import { statisticsQuery, statisticsResource, statisticsSchema, type StatisticsQuery } from '#wire';
import { Operation } from '../http/operation.js';
import { AccountSid } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/Statistics')
export class StatisticsController {
  constructor(private readonly hours: AccountHourQueries) {}

  /** Counted by the worker as events come, so deleted sessions are among them, and the last moments may not be yet. */
  @Get()
  @Operation('Count sessions, messages and calls by the hour', 200, statisticsSchema, 400)
  async fetch(@QueryOf(statisticsQuery(Date.now)) query: StatisticsQuery, @AccountSid() accountSid: string) {
    return statisticsResource(query, await this.hours.list(accountSid, query.from, query.to));
  }
}
