import type { PhoneNumberAdded, PhoneNumberEvent, ShortCodeAdded, ShortCodeEvent } from '#domain';
import type { Projected, Projector } from '#event-store';
import { latest } from '../latest.js';
import type { PhoneNumberRow, ShortCodeRow } from '../tables.js';

/** A number of a pool as the REST API shows it; how many sessions use it is not in its own stream. */
export const phoneNumberProjector: Projector<PhoneNumberEvent, PhoneNumberRow> = {
  table: 'phone_number',
  times: ['date_created', 'date_updated'],
  on: {
    PhoneNumberAdded: (_, projected) => ({
      ...added(projected),
      phone_number: projected.event.data.number,
      friendly_name: projected.event.data.friendlyName,
    }),
    PhoneNumberUpdated: (row, projected) => row && { ...row, ...updated(row, projected) },
    PhoneNumberRemoved: () => null,
  },
};

export const shortCodeProjector: Projector<ShortCodeEvent, ShortCodeRow> = {
  table: 'short_code',
  times: ['date_created', 'date_updated'],
  on: {
    ShortCodeAdded: (_, projected) => ({ ...added(projected), short_code: projected.event.data.number }),
    ShortCodeUpdated: (row, projected) => row && { ...row, ...updated(row, projected) },
    ShortCodeRemoved: () => null,
  },
};

function added({
  streamId,
  version,
  occurredAt,
  event: { data },
}: Projected<PhoneNumberAdded | ShortCodeAdded>) {
  return {
    sid: streamId,
    account_sid: data.accountSid,
    service_sid: data.serviceSid,
    iso_country: data.isoCountry,
    capabilities: data.capabilities,
    is_reserved: data.isReserved,
    version,
    date_created: occurredAt,
    date_updated: occurredAt,
  };
}

function updated(
  row: Pick<PhoneNumberRow, 'date_updated'>,
  {
    version,
    occurredAt,
    event,
  }: Projected & { readonly event: { readonly data: { readonly isReserved: boolean } } },
) {
  return { is_reserved: event.data.isReserved, version, date_updated: latest(row.date_updated, occurredAt) };
}
