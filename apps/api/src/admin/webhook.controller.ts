import { Controller, Param, Post } from '@nestjs/common';
import { Consumers, ConsumerWebhooks } from '#application';
import {
  consumerResource,
  webhookChange,
  webhookSchema,
  webhookWish,
  type WebhookChange,
  type WebhookWish,
} from '#wire';
import { Json } from '../http/json.pipe.js';
import { Conflict, Operation } from '../http/operation.js';
import { BaseUrl } from '../http/request.decorators.js';
import { ApiJson } from './admin-forms.js';

/** Consumers that are URLs. Once registered, one is listed, paused and removed as every consumer is. */
@ApiJson()
@Controller('admin/v1/Webhooks')
export class WebhookController {
  constructor(
    private readonly webhooks: ConsumerWebhooks,
    private readonly consumers: Consumers,
  ) {}

  @Post()
  @Conflict('There is a consumer of this name')
  @Operation('Have a URL told of events, as signed CloudEvents', 201, webhookSchema, 400, 403, 413)
  async create(@Json(webhookWish) wish: WebhookWish, @BaseUrl() baseUrl: string) {
    const { Name: name, Types: types = null, Start, Url, Ordered, Personal, Secret } = wish;
    const told = { url: Url, isOrdered: Ordered, hasPersonal: Personal };
    const secret = await this.webhooks.add(name, types, Start, told, secretWish(Secret) ?? 'new');
    return { ...consumerResource(await this.consumers.get(name), baseUrl), secret };
  }

  @Post(':consumerName')
  @Operation('Give a webhook another URL or another secret', 200, webhookSchema, 400, 403, 404, 413)
  async change(
    @Param('consumerName') name: string,
    @Json(webhookChange) { Url, Secret, NewSecret, KeepHours }: WebhookChange,
    @BaseUrl() baseUrl: string,
  ) {
    const wish = secretWish(Secret) ?? (NewSecret ? 'new' : null);
    const secret = await this.webhooks.change(name, Url ?? null, wish, KeepHours);
    return { ...consumerResource(await this.consumers.get(name), baseUrl), secret };
  }
}

function secretWish(own: string | undefined) {
  return own === undefined ? null : { own };
}
