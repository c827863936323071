// The three ways in which a carrier does not do what it was asked. None says which number or text it was about.

/** It was refused and will be again: an invalid number, one that opted out, a sender that is not the account's. */
export class CarrierRefused extends Error {
  override readonly name = 'CarrierRefused';

  /** `code` is Twilio's, as it would stand in its answer. */
  constructor(
    readonly code: number,
    why: string,
  ) {
    super(`the carrier refused (${code}): ${why}`);
  }
}

/** Nothing was done, and it may work later: the carrier is overloaded, broken or cannot be reached. */
export class CarrierUnavailable extends Error {
  override readonly name = 'CarrierUnavailable';

  /** `retryAfter` is in milliseconds, when the carrier named a time. */
  constructor(
    why: string,
    readonly retryAfter: number | null = null,
  ) {
    super(`the carrier is not available: ${why}`);
  }
}

/** The request went out and no answer came back: whether it was done is for `findMessage` to say. */
export class CarrierUncertain extends Error {
  override readonly name = 'CarrierUncertain';

  constructor(why: string) {
    super(`the carrier did not answer: ${why}`);
  }
}
