import { Logger } from '@nestjs/common';

/** What Twilio's debugger would be told (contract §10), by its code. */
const ALERTS = {
  80613: 'The carrier rejected a message.',
  80614: 'No partner participant was found for an incoming message or call.',
  80624: 'The pool of a service is nearly as large as it may be.',
  80625: 'The signature of an inbound webhook is missing or wrong.',
  80901: 'A message matched a stop word and was not forwarded.',
  80902: 'There is no active session for an incoming message or call.',
  80903: 'An incoming message or call is from somebody unknown.',
  80904: 'An incoming message or call met a session that has expired.',
  80905: 'There is no scenario for an incoming message or call.',
  80907: 'A report came for no known interaction.',
  80908: 'A callback failed.',
  80909: 'The intercept callback rejected an interaction.',
  80910: 'A message came to a voice-only session.',
  80911: 'A call came to a message-only session.',
  80913: 'The out-of-session callback failed.',
} as const;

export type AlertCode = keyof typeof ALERTS;

/** What an alert says that was kept. */
export function alertMessage(code: number): string {
  // Of those that can be raised.
  return ALERTS[code as AlertCode];
}

/** What an alert is about: SIDs, never a number or a text. */
export interface AlertSubject {
  readonly accountSid: string;
  readonly serviceSid: string;
  readonly sessionSid?: string;
  readonly interactionSid?: string;
  /** A word or two. */
  readonly why?: string;
}

/** Tells the operator what goes wrong for users without being an error of the system. */
export class Alerts {
  private readonly logger = new Logger(Alerts.name);

  constructor(
    private readonly count: (code: AlertCode) => void,
    /** Where it is kept, without anybody waiting for it. */
    private readonly outlet: { offer(code: AlertCode, subject: AlertSubject): void },
  ) {}

  raise(code: AlertCode, subject: AlertSubject): void {
    this.count(code);
    this.logger.warn({ message: ALERTS[code], alert: code, ...subject });
    this.outlet.offer(code, subject);
  }
}
