import {
  addPhoneNumber,
  addShortCode,
  phoneNumberStream,
  removePhoneNumber,
  removeShortCode,
  shortCodeStream,
  updatePhoneNumber,
  updateShortCode,
  type DomainErrorCode,
  type NewPoolNumber,
  type PhoneNumberEvent,
  type PoolNumber,
  type ShortCodeEvent,
  type Stream,
} from '#domain';

/** What a pool takes: the two kinds differ in their names, and in what they are refused with. */
export interface NumberKind<
  Event extends PhoneNumberEvent | ShortCodeEvent = PhoneNumberEvent | ShortCodeEvent,
> {
  readonly stream: Stream<PoolNumber, Event>;
  readonly notOwned: DomainErrorCode;
  add(number: PoolNumber, wish: NewPoolNumber): Event[];
  update(number: PoolNumber, serviceSid: string, isReserved: boolean | undefined): Event[];
  remove(number: PoolNumber, serviceSid: string): Event[];
}

export const phoneNumbers: NumberKind<PhoneNumberEvent> = {
  stream: phoneNumberStream,
  notOwned: 'phone-number-not-owned',
  add: addPhoneNumber,
  update: updatePhoneNumber,
  remove: removePhoneNumber,
};

export const shortCodes: NumberKind<ShortCodeEvent> = {
  stream: shortCodeStream,
  notOwned: 'short-code-not-owned',
  add: addShortCode,
  update: updateShortCode,
  remove: removeShortCode,
};

/** By its SID alone. */
export function isShortCode(numberSid: string): boolean {
  return numberSid.startsWith(shortCodeStream.prefix);
}
