import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RedeliverDeliveries, RedeliverDelivery } from '#application';
import { DeliveryQueries, ServiceQueries, type DeliveryFilter } from '#read-model';
import {
  adminPage,
  deliveryDetails,
  deliveryDetailsSchema,
  deliveryPageSchema,
  deliveryQuery,
  deliveryResource,
  nextOf,
  redeliverySchema,
  redeliveryWish,
  type AdminListQuery,
  type RedeliveryWish,
} from '#wire';
import { Json } from '../http/json.pipe.js';
import { Conflict, Operation } from '../http/operation.js';
import { AccountSid, BaseUrl } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

@ApiJson()
@Controller('admin/v1/Services/:serviceSid/Deliveries')
export class DeliveryController {
  constructor(
    private readonly commands: CommandBus,
    private readonly deliveries: DeliveryQueries,
    private readonly services: ServiceQueries,
  ) {}

  @Get()
  @Operation('List what a service was told by its CallbackUrl', 200, deliveryPageSchema, 400, 404)
  async list(
    @Param('serviceSid') serviceSid: string,
    @QueryOf(deliveryQuery) { filter, range }: AdminListQuery<DeliveryFilter>,
    @Query() query: Readonly<Record<string, unknown>>,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    const page = await this.deliveries.list(accountSid, serviceSid, range, filter);
    // Of a deleted service what is left is shown; where nothing is, there must be a service.
    if (page.rows.length === 0) await this.services.get(accountSid, serviceSid);
    const url = `${baseUrl}/admin/v1/Services/${serviceSid}/Deliveries`;
    return adminPage('deliveries', url, query, range.size, page.rows, nextOf(page), (row) =>
      deliveryResource(row, baseUrl),
    );
  }

  @Get(':deliverySid')
  @Operation('Fetch a delivery with all that was sent and answered', 200, deliveryDetailsSchema, 404)
  async fetch(
    @Param('serviceSid') serviceSid: string,
    @Param('deliverySid') sid: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    return deliveryDetails(await this.deliveries.get(accountSid, serviceSid, sid), baseUrl);
  }

  @Post(':deliverySid/Redeliver')
  @Conflict('It is on its way already, or what it said is deleted')
  @Operation('Have a delivery made again', 200, deliveryDetailsSchema, 403, 404, 413)
  async redeliver(
    @Param('serviceSid') serviceSid: string,
    @Param('deliverySid') sid: string,
    @AccountSid() accountSid: string,
    @BaseUrl() baseUrl: string,
  ) {
    await this.commands.execute(new RedeliverDelivery(accountSid, serviceSid, sid));
    return deliveryDetails(await this.deliveries.get(accountSid, serviceSid, sid), baseUrl);
  }

  /** Asked twice, the second one finds them pending and leaves them alone. */
  @Post('Redeliver')
  @Operation('Have many deliveries of a service made again', 200, redeliverySchema, 400, 403, 404, 413)
  async redeliverMany(
    @Param('serviceSid') serviceSid: string,
    @Json(redeliveryWish) { selection, perSecond, isDryRun }: RedeliveryWish,
    @AccountSid() accountSid: string,
  ) {
    await this.services.get(accountSid, serviceSid);
    const deliveries = isDryRun
      ? await this.deliveries.countRedeliverable(accountSid, serviceSid, selection)
      : await this.commands.execute(new RedeliverDeliveries(accountSid, serviceSid, selection, perSecond));
    return { dry_run: isDryRun, deliveries };
  }
}
