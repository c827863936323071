import type { CarrierNumber, ShownCall, ShownMessage } from '#carrier';

// What a phone shows, in the spelling of the rest of the API.

export function messageResource(message: ShownMessage) {
  const { sid, direction, from_number, to_number, body, media, status, error_code, created_at } = message;
  return {
    sid,
    direction,
    from: from_number,
    to: to_number,
    body,
    media,
    status,
    error_code,
    date: created_at,
  };
}

export function callResource(call: ShownCall) {
  const { sid, direction, from_number, to_number, status, duration, error_code, created_at } = call;
  return { sid, direction, from: from_number, to: to_number, status, duration, error_code, date: created_at };
}

export function numberResource({ sid, phoneNumber, friendlyName, isoCountry, capabilities }: CarrierNumber) {
  return {
    sid,
    phone_number: phoneNumber,
    friendly_name: friendlyName,
    iso_country: isoCountry,
    capabilities,
  };
}
