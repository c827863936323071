import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Phones } from '#carrier';
import { RequestError } from '#wire';
import { Json } from '../http/json.pipe.js';
import { AccountSid } from '../http/request.decorators.js';
import {
  callWish,
  numberWish,
  textWish,
  type CallWish,
  type NumberWish,
  type TextWish,
} from './phone-wishes.js';
import { callResource, messageResource, numberResource } from './phone-resources.js';

/** What the people at the phones do. Not a part of Twilio's API, so it is described in docs/simulator.md. */
@ApiExcludeController()
@Controller('simulator')
export class SimulatorController {
  constructor(private readonly phones: Phones) {}

  @Post('messages')
  @HttpCode(201)
  async text(@Json(textWish) wish: TextWish, @AccountSid() accountSid: string) {
    return messageResource(await this.phones.text(accountSid, wish));
  }

  @Post('calls')
  @HttpCode(201)
  async call(@Json(callWish) { from, to, answer, seconds }: CallWish, @AccountSid() accountSid: string) {
    return callResource(await this.phones.call(accountSid, from, to, { isAnswering: answer, seconds }));
  }

  @Post('numbers')
  @HttpCode(201)
  async buyNumber(@Json(numberWish) { phoneNumber }: NumberWish, @AccountSid() accountSid: string) {
    const number = await this.phones.buyNumber(accountSid, phoneNumber);
    if (number === null)
      throw new RequestError('bad-request', "'phoneNumber' is invalid. Nobody can have it.");
    return numberResource(number);
  }

  @Get('phones/:number/messages')
  async messages(@Param('number') number: string, @AccountSid() accountSid: string) {
    return (await this.phones.messages(accountSid, number)).map(messageResource);
  }

  @Get('phones/:number/calls')
  async calls(@Param('number') number: string, @AccountSid() accountSid: string) {
    return (await this.phones.calls(accountSid, number)).map(callResource);
  }
}
