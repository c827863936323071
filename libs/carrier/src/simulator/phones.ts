import { CarrierRefused, CarrierUnavailable } from '../carrier-errors.js';
import type { CarrierNumber } from '../carrier.js';
import type { PhoneManners } from './call-traffic.js';
import { isReachable } from './describe-number.js';
import type { Simulation } from './simulation.js';
import type { ShownCall } from './stored-calls.js';
import type { ShownMessage } from './stored-messages.js';

/** How much of its past a phone shows. */
const MOST_SHOWN = 200;

interface Text {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly media: readonly string[];
}

/** The phones of the simulated network, as the people who hold them use them. Each account has a network of its own. */
export class Phones {
  constructor(private readonly simulation: Simulation) {}

  async text(accountSid: string, { from, to, body, media }: Text): Promise<ShownMessage> {
    await this.#refuseUnplaceable(accountSid, from, to);
    const message = await this.simulation.messageTraffic.accept({
      account_sid: accountSid,
      send_key: null,
      from_number: from,
      to_number: to,
      body,
      media,
      status_callback: null,
    });
    return { ...message, direction: 'outbound' };
  }

  /** `manners` are those of the phone at the far end, wherever the call is led. */
  async call(accountSid: string, from: string, to: string, manners: PhoneManners): Promise<ShownCall> {
    await this.#refuseUnplaceable(accountSid, from, to);
    const ends = { account_sid: accountSid, from_number: from, to_number: to };
    return { ...(await this.simulation.callTraffic.dial(ends, manners)), direction: 'outbound' };
  }

  /** The newest first. */
  messages(accountSid: string, phoneNumber: string): Promise<ShownMessage[]> {
    return this.simulation.messages.shown(accountSid, phoneNumber, MOST_SHOWN);
  }

  /** The newest first. */
  calls(accountSid: string, phoneNumber: string): Promise<ShownCall[]> {
    return this.simulation.calls.shown(accountSid, phoneNumber, MOST_SHOWN);
  }

  /** A number of the account's own, whose SID can be put into a pool then; null when there can be no such number. */
  buyNumber(accountSid: string, phoneNumber: string): Promise<CarrierNumber | null> {
    return this.simulation.numbers.find(accountSid, { phoneNumber });
  }

  async #refuseUnplaceable(accountSid: string, from: string, to: string): Promise<void> {
    const { underWay, numbers } = this.simulation;
    if (underWay.isStopping || underWay.isFull) throw new CarrierUnavailable('too much is under way');
    if (!isReachable(from) || !isReachable(to)) throw new CarrierRefused(21211, 'not a phone number');
    if ((await numbers.own(accountSid, from)) !== null) {
      throw new CarrierRefused(21212, 'the sender is a number of the account, not a phone');
    }
  }
}
