import { Body, Controller, Header, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import { ReceiveCall, ReportLeg } from '#application';
import { CARRIER_WEBHOOK_ROUTE, emptyTwiml, type Form } from '#wire';
import { BaseUrl } from '../http/request.decorators.js';
import { arrivalOf, interactionNamed, textOf } from './arrival-of.js';
import { CarrierGuard } from './carrier.guard.js';
import { WebhookPlace, type WebhookAddress } from './webhook-place.js';

const XML = 'text/xml; charset=utf-8';

/** What the carrier calls about calls. */
@ApiExcludeController()
@UseGuards(CarrierGuard)
@Controller(CARRIER_WEBHOOK_ROUTE)
export class CallController {
  constructor(private readonly commands: CommandBus) {}

  @Post('Call')
  @HttpCode(200)
  @Header('Content-Type', XML)
  receive(@WebhookPlace() place: WebhookAddress, @Body() form: Form, @BaseUrl() baseUrl: string) {
    return this.commands.execute(new ReceiveCall(arrivalOf(place, 'voice', form), baseUrl));
  }

  @Post('CallStatus')
  @HttpCode(204)
  async report(
    @WebhookPlace() place: WebhookAddress,
    @Query('interaction') interaction: unknown,
    @Body() form: Form,
  ) {
    const interactionSid = interactionNamed(interaction);
    const resourceSid = textOf(form, 'CallSid') || null;
    const word = textOf(form, 'CallStatus');
    const call = { isOver: false, duration: secondsOf(form, 'CallDuration') };
    await this.commands.execute(new ReportLeg({ ...place, interactionSid }, resourceSid, word, call));
  }

  /** The partner's leg has ended, and with it the call: nothing more is said to the caller. */
  @Post('DialComplete')
  @HttpCode(200)
  @Header('Content-Type', XML)
  async complete(
    @WebhookPlace() place: WebhookAddress,
    @Query('interaction') interaction: unknown,
    @Body() form: Form,
  ) {
    const interactionSid = interactionNamed(interaction);
    const resourceSid = textOf(form, 'DialCallSid') || null;
    const word = textOf(form, 'DialCallStatus');
    const call = { isOver: true, duration: secondsOf(form, 'DialCallDuration') };
    await this.commands.execute(new ReportLeg({ ...place, interactionSid }, resourceSid, word, call));
    return emptyTwiml();
  }
}

function secondsOf(form: Form, name: string): number | null {
  const seconds = textOf(form, name);
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) : null;
}
