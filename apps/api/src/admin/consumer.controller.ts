import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { Consumers } from '#application';
import {
  consumerListSchema,
  consumerResource,
  consumerSchema,
  consumerWish,
  removeConsumerQuery,
  retriedSchema,
  type ConsumerWish,
  type RemoveConsumerQuery,
} from '#wire';
import { Json } from '../http/json.pipe.js';
import { Conflict, Operation } from '../http/operation.js';
import { BaseUrl } from '../http/request.decorators.js';
import { ApiJson, QueryOf } from './admin-forms.js';

/** For the account of the installation alone (roles.ts): a consumer gets the events of all accounts. */
@ApiJson()
@Controller('admin/v1/Consumers')
export class ConsumerController {
  constructor(private readonly consumers: Consumers) {}

  @Get()
  @Operation('List the consumers of the installation and how far each one is', 200, consumerListSchema, 403)
  async list(@BaseUrl() baseUrl: string) {
    return { consumers: (await this.consumers.list()).map((one) => consumerResource(one, baseUrl)) };
  }

  @Get(':consumerName')
  @Operation('Fetch a consumer', 200, consumerSchema, 403, 404)
  async fetch(@Param('consumerName') name: string, @BaseUrl() baseUrl: string) {
    return consumerResource(await this.consumers.get(name), baseUrl);
  }

  @Post()
  @Conflict('There is a consumer of this name')
  @Operation('Have events sent to a consumer, through a queue of its own', 201, consumerSchema, 400, 403, 413)
  async create(@Json(consumerWish) wish: ConsumerWish, @BaseUrl() baseUrl: string) {
    await this.consumers.add(wish.Name, wish.Types ?? null, wish.Start, null);
    return consumerResource(await this.consumers.get(wish.Name), baseUrl);
  }

  @Post(':consumerName/Pause')
  @Operation('Have a consumer rest; the log keeps what comes meanwhile', 200, consumerSchema, 403, 404, 413)
  pause(@Param('consumerName') name: string, @BaseUrl() baseUrl: string) {
    return this.#setPaused(name, true, baseUrl);
  }

  @Post(':consumerName/Resume')
  @Operation('Have a consumer go on where it was', 200, consumerSchema, 403, 404, 413)
  resume(@Param('consumerName') name: string, @BaseUrl() baseUrl: string) {
    return this.#setPaused(name, false, baseUrl);
  }

  @Post(':consumerName/Retry')
  @Operation('Have a consumer try again what it failed at for good', 200, retriedSchema, 403, 404, 413)
  async retry(@Param('consumerName') name: string) {
    const { failed, hurried } = await this.consumers.retry(name);
    return { name, retried: failed + hurried };
  }

  @Delete(':consumerName')
  @Operation('Send nothing more to a consumer', 204, null, 400, 403, 404)
  async delete(
    @Param('consumerName') name: string,
    @QueryOf(removeConsumerQuery) { DropQueue: isDropping }: RemoveConsumerQuery,
  ) {
    await this.consumers.remove(name, isDropping);
  }

  async #setPaused(name: string, isPaused: boolean, baseUrl: string) {
    await this.consumers.setPaused(name, isPaused);
    return consumerResource(await this.consumers.get(name), baseUrl);
  }
}
