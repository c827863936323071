import { Injectable } from '@nestjs/common';
import type { InteractionRow, ServiceRow } from '#read-model';
import { interceptCallback } from '#wire';
import { Alerts } from '../alerts/alerts.js';
import { Callbacks } from '../callbacks/callbacks.js';

/** Asks a service whether an interaction may go on (contract §12.2). */
@Injectable()
export class Intercept {
  constructor(
    private readonly callbacks: Callbacks,
    private readonly alerts: Alerts,
  ) {}

  async allows(service: ServiceRow, row: InteractionRow): Promise<boolean> {
    const { intercept_callback_url: url, account_sid: accountSid, sid: serviceSid } = service;
    if (url === null) return true;
    const { isAllowed, failure } = await this.callbacks.intercept({
      accountSid,
      url,
      form: interceptCallback(row),
      idempotencyToken: `intercept-${row.sid}`,
    });
    const subject = { accountSid, serviceSid, sessionSid: row.session_sid, interactionSid: row.sid };
    if (failure !== null) this.alerts.raise(80908, { ...subject, why: failure });
    if (!isAllowed) this.alerts.raise(80909, subject);
    return isAllowed;
  }
}
