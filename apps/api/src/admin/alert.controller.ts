import { Controller, Get, Param, Query } from '@nestjs/common';
import { alertMessage } from '#application';
import { AlertQueries, type AlertFilter, type AlertRow } from '#read-model';
import {
  adminPage,
  alertPageSchema,
  alertQuery,
  alertResource,
  alertSchema,
  nextOf,
  type AdminListQuery,
} from '#wire';
import { Operation } from '../http/operation.js';
import { AccountSid, BaseUrl } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/Alerts')
export class AlertController {
  constructor(private readonly alerts: AlertQueries) {}

  @Get()
  @Operation('List the alerts of the account', 200, alertPageSchema, 400)
  async list(
    @QueryOf(alertQuery) { filter, range }: AdminListQuery<AlertFilter>,
    @Query() query: Readonly<Record<string, unknown>>,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const page = await this.alerts.list(accountSid, range, filter);
    const url = `${baseUrl}/admin/v1/Alerts`;
    return adminPage('alerts', url, query, range.size, page.rows, nextOf(page), (row) => shown(row, baseUrl));
  }

  @Get(':alertSid')
  @Operation('Fetch an alert', 200, alertSchema, 404)
  async fetch(@Param('alertSid') sid: string, @AccountSid() accountSid: string, @BaseUrl() baseUrl: string) {
    return shown(await this.alerts.get(accountSid, sid), baseUrl);
  }
}

function shown(row: AlertRow, baseUrl: string) {
  return alertResource(row, alertMessage(row.code), baseUrl);
}
