import { Body, Controller, Header, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import { ReceiveMessage, ReportLeg } from '#application';
import { CARRIER_WEBHOOK_ROUTE, type Form } from '#wire';
import { arrivalOf, interactionNamed, textOf } from './arrival-of.js';
import { CarrierGuard } from './carrier.guard.js';
import { WebhookPlace, type WebhookAddress } from './webhook-place.js';

/** What the carrier calls about messages. */
@ApiExcludeController()
@UseGuards(CarrierGuard)
@Controller(CARRIER_WEBHOOK_ROUTE)
export class MessageController {
  constructor(private readonly commands: CommandBus) {}

  @Post('Message')
  @HttpCode(200)
  @Header('Content-Type', 'text/xml; charset=utf-8')
  receive(@WebhookPlace() place: WebhookAddress, @Body() form: Form) {
    return this.commands.execute(new ReceiveMessage(arrivalOf(place, 'message', form)));
  }

  @Post('MessageStatus')
  @HttpCode(204)
  async report(
    @WebhookPlace() place: WebhookAddress,
    @Query('interaction') interaction: unknown,
    @Body() form: Form,
  ) {
    const interactionSid = interactionNamed(interaction);
    const word = textOf(form, 'MessageStatus') || textOf(form, 'SmsStatus');
    const resourceSid = textOf(form, 'MessageSid') || null;
    await this.commands.execute(new ReportLeg({ ...place, interactionSid }, resourceSid, word, null));
  }
}
